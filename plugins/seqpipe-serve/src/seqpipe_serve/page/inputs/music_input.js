/** Music out of nothing, or going on from an opening. */

import { button, element } from "../dom.js";
import { FileRequest, RecordRequest } from "../requests.js";
import { droppable, fileButton } from "./file_field.js";

const MOST = 12; // pieces; then they begin again

export class MusicInput {
  live = false;
  invitation = "Music appears here, to see and to hear.";
  #workbench;
  #pieces = 0;
  #name = element("p", { class: "name" });

  constructor(pipeline, workbench) {
    this.#workbench = workbench;
    const { optional, suffixes } = pipeline.input;
    const take = (file) => this.takeFile(file);
    const compose = optional ? button("Compose", () => this.#compose(), { class: "main" }) : null;
    const opening = fileButton(optional ? "Go on from a file" : "Choose a file", suffixes, take);
    this.element = droppable(
      element("div", { class: "drop" }, element("div", { class: "row" }, compose, opening), this.#name),
      take,
    );
  }

  take(record) {
    this.#name.textContent = "";
    this.#workbench.ask(new RecordRequest(record));
  }

  /** What is drawn depends on the place among the records, so the next piece is the last one of more records. */
  #compose() {
    this.#pieces = (this.#pieces % MOST) + 1;
    this.#name.textContent = `Piece ${this.#pieces}`;
    const nothing = Array.from({ length: this.#pieces }, () => []);
    this.#workbench.ask(new RecordRequest(...nothing), { last: true });
  }

  takeFile(file) {
    this.#name.textContent = file.name;
    this.#workbench.ask(new FileRequest(file));
  }
}
