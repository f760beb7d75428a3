/** Examples to click. */

import { button, element } from "./dom.js";

const LONGEST = 32; // characters of an example that are shown
const MOST = 6;

/** Return the list, or nothing where there are no examples; `choose` is called with the one that is clicked. */
export function exampleList(pipeline, choose) {
  const examples = (pipeline.examples ?? []).slice(0, MOST);
  if (examples.length === 0) return null;
  return element(
    "div",
    { class: "examples" },
    element("h2", { id: "examples-title" }, "Examples"),
    element(
      "ul",
      { "aria-labelledby": "examples-title" },
      ...examples.map((example) =>
        element(
          "li",
          {},
          button(label(example), () => choose(example)),
        ),
      ),
    ),
  );
}

function label(example) {
  const text = example.file ?? textOf(example.record);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1).trimEnd()}…` : text;
}

function textOf(record) {
  if (typeof record === "string") return record;
  return Array.isArray(record) ? record.flat().join(" ") : JSON.stringify(record);
}
