/** The answer to a request: a drawing for each record. */

import { element } from "../dom.js";
import { errorBox } from "../error_box.js";
import { alignmentPart } from "./alignment.js";
import { basesPart } from "./bases.js";
import { entitiesPart } from "./entities.js";
import { otherFields } from "./fields.js";
import { labelsPart } from "./labels.js";
import { musicPart } from "./music.js";
import { sitesPart } from "./sites.js";
import { starsPart } from "./stars.js";
import { textPart } from "./text.js";
import { timelinePart } from "./timeline.js";
import { transcriptPart } from "./transcript.js";
import { valuesPart } from "./values.js";

const MOST = 50; // records that are drawn
const NOTHING = "Nothing found";

/**
 * What an answer may be made of, chosen by the fields of the results. A part is called with the results of a record,
 * the pipeline's description, and the context: what was asked (`request`), and what drawings need besides results
 * (`sound`, `video`, `series`, and `written(mediaType)`, which gives them as a file). It returns null, or its `element`,
 * its `summary` for those who hear it, the `fields` that it has shown, and perhaps `stop()`, which ends what sounds or
 * moves in it.
 */
const PARTS = [
  entitiesPart,
  alignmentPart,
  textPart,
  starsPart,
  transcriptPart,
  timelinePart,
  labelsPart,
  musicPart,
  sitesPart,
  basesPart,
  valuesPart,
];

/**
 * Return the `element` that draws an answer's entries (only the last if the context has `last`), a `summary` that says
 * it, and `stop()`, to be called before it is taken away.
 */
export function answerElement(pipeline, answered, context) {
  let number = 1; // of the entry's first result
  const numbered = answered.map((entry) => {
    const first = number;
    number += entry.results?.length ?? 0;
    return { entry, written: (mediaType) => context.written(mediaType, first) };
  });
  const entries = context.last ? numbered.slice(-1) : numbered;
  if (entries.length === 0) return nothing();
  const shown = entries.slice(0, MOST).map(({ entry, written }) => drawn(pipeline, entry, { ...context, written }));
  const stop = () => shown.forEach((one) => one.stop());
  if (entries.length === 1) {
    const [{ element: alone, summary }] = shown;
    return { element: element("div", {}, alone, json(answered)), summary, stop };
  }
  const list = element("ol", { class: "records" }, ...shown.map((one) => element("li", {}, one.name, one.element)));
  const more = entries.length > MOST ? element("p", { class: "note" }, `and ${entries.length - MOST} more`) : null;
  return { element: element("div", {}, list, more, json(answered)), summary: `${entries.length} answers`, stop };
}

function drawn(pipeline, { results, error }, context) {
  if (error) return { element: errorBox(error), summary: "", stop: () => {} };
  if (results.length === 0) return nothing();
  const parts = PARTS.map((part) => part(results, pipeline, context)).filter(Boolean);
  const shown = new Set(["id", ...asked(results, context), ...parts.flatMap(({ fields }) => fields)]);
  return {
    name: element("h3", {}, results[0].id),
    element: element("div", { class: "parts" }, ...parts.map((part) => part.element), otherFields(results, shown)),
    summary: parts
      .map(({ summary }) => summary)
      .filter(Boolean)
      .join(". "),
    stop: () => parts.forEach((part) => part.stop?.()),
  };
}

function nothing() {
  return { element: element("p", { class: "note" }, NOTHING), summary: NOTHING, stop: () => {} };
}

/** Return the fields that only repeat what was typed. */
function asked(results, { request }) {
  const record = request?.record;
  return typeof record === "string" ? Object.keys(results[0]).filter((name) => results[0][name] === record) : [];
}

function json(entries) {
  const code = element("code");
  return element(
    "details",
    { class: "json", ontoggle: () => (code.textContent = JSON.stringify(entries, null, 2)) },
    element("summary", {}, "As JSON"),
    element("pre", { tabindex: "0", role: "region", "aria-label": "The answer as JSON" }, code),
  );
}
