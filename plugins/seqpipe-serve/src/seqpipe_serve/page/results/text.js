/** A text that came out: a transcript, a line that was drawn. */

import { element } from "../dom.js";

export function textPart(results, pipeline, { request }) {
  const [{ text, words, attention }] = results;
  const repeated = text === request?.record; // what was asked, and not what came out
  if (results.length !== 1 || typeof text !== "string" || repeated || words || attention) return null;
  const out = pipeline.output.kind === "text";
  return {
    element: element("p", { class: out ? "said" : "quoted", dir: "auto" }, text || "(nothing)"),
    summary: out ? text : "",
    fields: ["text"],
  };
}
