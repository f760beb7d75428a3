/** Input that only files have: videos, signals, poses. */

import { element } from "../dom.js";
import { FileRequest, RecordRequest } from "../requests.js";
import { droppable, fileButton, listed } from "./file_field.js";

export class FileInput {
  live = false;
  invitation = "Choose a file or an example.";
  #workbench;
  #pipeline;
  #name = element("p", { class: "name" });

  constructor(pipeline, workbench) {
    this.#workbench = workbench;
    this.#pipeline = pipeline;
    const take = (file) => this.takeFile(file);
    this.element = droppable(
      element(
        "div",
        { class: "drop" },
        fileButton("Choose a file", pipeline.input.suffixes, take),
        element("p", { class: "note" }, `or drop it here: ${listed(pipeline.input.suffixes)}`),
        this.#name,
      ),
      take,
    );
  }

  /** Take a record that is no file. */
  take(record) {
    this.#name.textContent = "";
    this.#workbench.ask(new RecordRequest(record));
  }

  takeFile(file) {
    this.#name.textContent = file.name;
    this.#workbench.ask(new FileRequest(file), { video: this.#pipeline.input.kind === "video" ? file : null });
  }
}
