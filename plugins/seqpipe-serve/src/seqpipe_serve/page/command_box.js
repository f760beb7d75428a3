/** The curl command that does what the page has just done, to copy. */

import { announce, button, element } from "./dom.js";
import { command } from "./requests.js";

const LONGEST = 2000; // characters that are shown; all of it is copied

export class CommandBox {
  #code = element("code");
  #note = element("p", { class: "note" });
  #text = "";
  #url = "";

  element = element(
    "section",
    { class: "command", "aria-labelledby": "command-title", hidden: true },
    element(
      "div",
      { class: "head" },
      element("h2", { id: "command-title" }, "The same with curl"),
      button("Copy", () => this.#copy()),
    ),
    element("pre", { tabindex: "0", role: "region", "aria-label": "curl command" }, this.#code),
    this.#note,
  );

  /** Show the command of a request. */
  show(url, request, authorized) {
    this.#text = command(url, request, authorized);
    this.#code.textContent = this.#text.length > LONGEST ? `${this.#text.slice(0, LONGEST)} …` : this.#text;
    URL.revokeObjectURL(this.#url);
    this.#note.replaceChildren(...(request.file ? [this.#saving(request.file)] : []));
    this.element.hidden = false;
  }

  hide() {
    this.element.hidden = true;
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.#text);
      announce("Copied");
      this.#flash("Copied");
    } catch {
      getSelection().selectAllChildren(this.#code); // no clipboard without HTTPS: then it is selected, to copy by key
      this.#flash("Selected");
    }
  }

  #flash(text) {
    const shown = this.element.querySelector("button");
    shown.textContent = text;
    setTimeout(() => {
      shown.textContent = "Copy";
    }, 1500);
  }

  /** Return a link that saves the file that the command sends: nobody has a recording of the page otherwise. */
  #saving(file) {
    this.#url = URL.createObjectURL(file);
    return element("a", { href: this.#url, download: file.name }, `Save ${file.name}`);
  }
}
