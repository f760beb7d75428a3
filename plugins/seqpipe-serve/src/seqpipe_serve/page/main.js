/** The page: a list of pipelines, and a workbench for the one that is chosen. */

import { Client } from "./client.js";
import { announce, button, element } from "./dom.js";
import { errorBox } from "./error_box.js";
import { tokenForm } from "./token_form.js";
import { Workbench } from "./workbench.js";

const main = document.getElementById("main");
const nav = document.getElementById("pipelines");
const menu = document.getElementById("menu");
const client = new Client();

let pipelines = [];
let workbench = null;

/** Ask the server what it has, and show it. */
async function start() {
  try {
    pipelines = await client.pipelines();
  } catch (error) {
    refuse(error);
    return;
  }
  nav.replaceChildren(...groups());
  nav.hidden = menu.hidden = pipelines.length < 2;
  document.body.classList.toggle("alone", nav.hidden);
  show();
}

/** Show what was refused, and the way on: a token, or another try. */
function refuse(error) {
  const again = () => start();
  const way = error.status === 401 ? tokenForm(client, again) : button("Try again", again);
  main.replaceChildren(element("h1", {}, error.status === 401 ? "Token needed" : "No answer"), errorBox(error), way);
  main.querySelector("input, button").focus();
}

/** Show the pipeline that the address names. */
function show() {
  const name = decodeURIComponent(location.hash.slice(2));
  const pipeline = pipelines.find((known) => known.name === name) ?? pipelines[0];
  closeMenu();
  workbench?.leave();
  workbench = new Workbench(client, pipeline, refuse);
  main.replaceChildren(...workbench.elements);
  document.title = `${pipeline.name} | seqpipe`;
  for (const entry of nav.querySelectorAll("a")) {
    if (entry.dataset.name === pipeline.name) entry.setAttribute("aria-current", "page");
    else entry.removeAttribute("aria-current");
  }
  workbench.begin();
}

function groups() {
  const families = Map.groupBy(pipelines, ({ name }) => (name.includes("/") ? name.split("/")[0] : ""));
  return [...families].map(([family, members], number) =>
    element(
      "section",
      { "aria-labelledby": family ? `family-${number}` : null },
      family ? element("h2", { id: `family-${number}` }, family) : null,
      element("ul", {}, ...members.map((pipeline) => element("li", {}, link(pipeline)))),
    ),
  );
}

function link({ name }) {
  return element("a", { href: `#/${name}`, "data-name": name }, name.split("/").at(-1));
}

function closeMenu() {
  menu.setAttribute("aria-expanded", "false");
  nav.classList.remove("open");
}

menu.addEventListener("click", () => {
  const open = menu.getAttribute("aria-expanded") !== "true";
  menu.setAttribute("aria-expanded", String(open));
  nav.classList.toggle("open", open);
});

nav.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || menu.getAttribute("aria-expanded") !== "true") return;
  closeMenu();
  menu.focus();
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address goes on naming the pipeline
  main.focus();
});

addEventListener("hashchange", () => {
  if (pipelines.length === 0) return;
  show();
  scrollTo(0, 0);
  main.querySelector("h1").focus();
  announce(document.title);
});

start();
