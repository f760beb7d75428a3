/** The answer to a request: a drawing for each record. */

import { element } from "../dom.js";
import { errorBox } from "../error_box.js";
import { alignmentPart } from "./alignment.js";
import { basesPart } from "./bases.js";
import { entitiesPart } from "./entities.js";
import { fieldsPart } from "./fields.js";
import { labelsPart } from "./labels.js";
import { musicPart } from "./music.js";
import { sitesPart } from "./sites.js";
import { starsPart } from "./stars.js";
import { textPart } from "./text.js";
import { timelinePart } from "./timeline.js";
import { transcriptPart } from "./transcript.js";
import { valuesPart } from "./values.js";

const MOST = 50; // records that are drawn

/**
 * What an answer may be made of, chosen by the fields of the results. A part is called with the results of a record,
 * the pipeline's description, and the context: what was asked (`request`), and what drawings need besides results
 * (`sound`, `video`, `series`, and `written(mediaType)`, which gives them as a file). It returns
 * null, or its `element`, its `summary` for those who hear it, and the `fields` that it has shown.
 */
const PARTS = [
  entitiesPart,
  alignmentPart,
  starsPart,
  transcriptPart,
  textPart,
  timelinePart,
  labelsPart,
  musicPart,
  sitesPart,
  basesPart,
  valuesPart,
];

/** Return the drawing of an answer's entries, only of the last if the context has `last`, and a sentence that says it. */
export function answerElement(pipeline, answered, context) {
  let number = 1; // of the entry's first result
  const numbered = answered.map((entry) => {
    const first = number;
    number += entry.results?.length ?? 0;
    return { entry, written: (mediaType) => context.written(mediaType, first) };
  });
  const entries = context.last ? numbered.slice(-1) : numbered;
  const shown = entries.slice(0, MOST).map(({ entry, written }) => drawn(pipeline, entry, { ...context, written }));
  if (entries.length === 1) return { element: element("div", {}, shown[0].element, json(answered)), summary: shown[0].summary };
  const list = element("ol", { class: "records" }, ...shown.map((one) => element("li", {}, one.name, one.element)));
  const more = entries.length > MOST ? element("p", { class: "note" }, `and ${entries.length - MOST} more`) : null;
  return { element: element("div", {}, list, more, json(answered)), summary: `${entries.length} answers` };
}

function drawn(pipeline, { results, error }, context) {
  if (error) return { element: errorBox(error), summary: "" };
  if (results.length === 0) return { element: element("p", { class: "note" }, "Nothing found."), summary: "Nothing found" };
  const parts = PARTS.map((part) => part(results, pipeline, context)).filter(Boolean);
  const shown = new Set(["id", ...asked(results, context), ...parts.flatMap(({ fields }) => fields)]);
  const rest = fieldsPart(results, shown);
  return {
    name: element("h3", {}, results[0].id),
    element: element("div", { class: "parts" }, ...parts.map((part) => part.element), rest?.element),
    summary: [...parts, rest].filter(Boolean).map(({ summary }) => summary).filter(Boolean).join(". "),
  };
}

/** Return the fields that only repeat what was typed. */
function asked(results, { request }) {
  const record = request?.record;
  return typeof record === "string" ? Object.keys(results[0]).filter((name) => results[0][name] === record) : [];
}

function json(entries) {
  const text = JSON.stringify(entries, null, 2);
  const code = element("code");
  return element(
    "details",
    { class: "json", ontoggle: () => (code.textContent = text) },
    element("summary", {}, "As JSON"),
    element("pre", { tabindex: "0", role: "region", "aria-label": "The answer as JSON" }, code),
  );
}
