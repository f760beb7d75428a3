/** Numbers, drawn while they are typed: a series, or a line of numbers for each position. */

import { element } from "../dom.js";
import { FileRequest, RecordRequest } from "../requests.js";
import { seriesChart } from "../results/series_chart.js";
import { ServerError } from "../server_error.js";
import { droppable, fileButton } from "./file_field.js";

const PAUSE = 250; // milliseconds without a key after which the numbers are sent

export class NumbersInput {
  live = true;
  invitation = "The answer comes while you type.";
  #workbench;
  #field = element("textarea", {
    id: "numbers",
    rows: "3",
    class: "numbers",
    spellcheck: "false",
    inputmode: "text",
    "aria-describedby": "numbers-note",
    oninput: () => this.#ask(PAUSE),
  });
  #drawn = element("div", { class: "drawn" });

  constructor(pipeline, workbench) {
    this.#workbench = workbench;
    const columns = pipeline.input.columns ?? [];
    const note =
      columns.length > 1 ? `A line for each position: ${columns.join(", ")}` : "Separated by commas or spaces";
    const take = (file) => this.takeFile(file);
    this.element = droppable(
      element(
        "div",
        { class: "typed" },
        element("label", { for: "numbers" }, "Numbers"),
        this.#field,
        element(
          "div",
          { class: "row" },
          element("p", { id: "numbers-note", class: "note" }, note),
          fileButton("Open a file", pipeline.input.suffixes, take),
        ),
        this.#drawn,
      ),
      take,
    );
  }

  take(record) {
    if (Array.isArray(record)) {
      const lines = record.map((item) => (Array.isArray(item) ? item.join(", ") : item));
      this.#field.value = lines.join(Array.isArray(record[0]) ? "\n" : ", ");
      this.#ask(0);
    } else {
      this.#workbench.ask(new RecordRequest(record));
    }
  }

  takeFile(file) {
    this.#field.value = "";
    this.#drawn.replaceChildren();
    this.#workbench.ask(new FileRequest(file));
  }

  #ask(pause) {
    const text = this.#field.value.trim();
    if (!text) {
      this.#drawn.replaceChildren();
      this.#workbench.clear();
      return;
    }
    try {
      const series = parsed(text);
      this.#drawn.replaceChildren(seriesChart(series, "What goes in"));
      this.#workbench.ask(new RecordRequest(series), { series }, pause);
    } catch (error) {
      this.#drawn.replaceChildren();
      this.#workbench.fail(error);
    }
  }
}

/** Return the numbers of a text: a list, or a list of lists where lines have several numbers each. */
export function parsed(text) {
  const rows = text
    .split("\n")
    .map((line) => line.replace(/[[\]]/g, " ").trim())
    .filter(Boolean)
    .map((line) =>
      line
        .split(/[\s,;]+/)
        .filter(Boolean)
        .map(number),
    );
  if (rows.length > 1 && rows.some((row) => row.length > 1)) return rows;
  return rows.flat();
}

function number(word) {
  const value = Number(word);
  if (!Number.isFinite(value)) throw new ServerError(`“${word}” is no number`, "write numbers such as 1.5 or -2e3");
  return value;
}
