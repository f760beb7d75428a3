/** A sequence of DNA, with qualities where they are known. */

import { element } from "../dom.js";
import { baseGrid, isBases } from "./base_grid.js";
import { plain } from "./numbers.js";

export function basesPart(results, pipeline, { request }) {
  const [result] = results;
  const field = Object.keys(result).find((name) => name !== "id" && isBases(result[name]));
  const letters = field ? result[field] : request?.record;
  if (results.length !== 1 || result.strand || !isBases(letters)) return null;
  const { qualities } = result;
  const known = typeof qualities === "string" && qualities.length === letters.length;
  const legend = element("p", { class: "note" }, "The wider the bar below a base, the better its quality.");
  return {
    element: element("div", {}, baseGrid(letters, { qualities: known ? qualities : null }), known ? legend : null),
    summary: pipeline.output.kind === "bases" ? `${plain(letters.length)} bases` : "",
    fields: [field, known ? "qualities" : null].filter(Boolean),
  };
}
