/** A field for a file: chosen with a button, or dropped. */

import { element } from "../dom.js";

const SEEN = 6; // endings that are named

let fields = 0;

/** Return the button of the field; `take` is called with the file. */
export function fileButton(label, suffixes, take) {
  const id = `file-${++fields}`;
  const field = element("input", {
    id,
    type: "file",
    class: "unseen",
    accept: accepted(suffixes),
    onchange: () => {
      const [file] = field.files;
      field.value = ""; // so that the same file can be chosen again
      if (file) take(file);
    },
  });
  return element("span", { class: "file" }, field, element("label", { for: id, class: "button" }, label));
}

/** Let files be dropped on an element. */
export function droppable(target, take) {
  const over = (on) => (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    target.classList.toggle("over", on);
  };
  target.addEventListener("dragover", over(true));
  target.addEventListener("dragleave", over(false));
  target.addEventListener("drop", (event) => {
    over(false)(event);
    const [file] = event.dataTransfer.files;
    if (file) take(file);
  });
  return target;
}

/** Return the endings of files as people read them. */
export function listed(suffixes) {
  if (suffixes.length === 0) return "any file";
  return suffixes.length > SEEN ? `${suffixes.slice(0, SEEN).join(", ")} and others` : suffixes.join(", ");
}

function accepted(suffixes) {
  return suffixes.length ? [...suffixes, ".gz"].join(",") : null;
}
