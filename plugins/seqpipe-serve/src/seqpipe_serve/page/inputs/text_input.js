/** Text, answered while it is typed: comments, sentences, letters of DNA. */

import { element } from "../dom.js";
import { FileRequest, RecordRequest } from "../requests.js";
import { droppable, fileButton } from "./file_field.js";

const PAUSE = 250; // milliseconds without a key after which the text is sent

export class TextInput {
  live = true;
  invitation = "The answer comes while you type.";
  #workbench;
  #isDna;
  #field;

  constructor(pipeline, workbench) {
    this.#workbench = workbench;
    const dna = (this.#isDna = pipeline.input.kind === "dna");
    this.#field = element("textarea", {
      id: "text",
      rows: "3",
      class: dna ? "dna" : null,
      dir: dna ? "ltr" : "auto",
      spellcheck: "false",
      autocapitalize: dna ? "characters" : "sentences",
      "aria-describedby": "text-note",
      oninput: () => this.#ask(PAUSE),
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#ask(0);
      },
    });
    const take = (file) => this.takeFile(file);
    this.element = droppable(
      element(
        "div",
        { class: "typed" },
        element("label", { for: "text" }, dna ? "Bases" : "Text"),
        this.#field,
        element(
          "div",
          { class: "row" },
          element("p", { id: "text-note", class: "note" }, dna ? "A, C, G, T, and codes such as N" : this.invitation),
          fileButton("Open a file", pipeline.input.suffixes, take),
        ),
      ),
      take,
    );
  }

  /** Put an example into the field. */
  take(record) {
    this.#field.value = typeof record === "string" ? record : "";
    if (typeof record === "string") this.#ask(0);
    else this.#workbench.ask(new RecordRequest(record));
  }

  takeFile(file) {
    this.#field.value = "";
    this.#workbench.ask(new FileRequest(file));
  }

  #ask(pause) {
    const typed = this.#field.value;
    const text = this.#isDna ? typed.replace(/\s/g, "") : typed.trim(); // sequences come in lines
    if (text) this.#workbench.ask(new RecordRequest(text), {}, pause);
    else this.#workbench.clear();
  }
}
