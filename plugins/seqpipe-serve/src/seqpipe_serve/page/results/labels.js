/** A label among others, with the probability of each. */

import { element } from "../dom.js";
import { percent } from "./numbers.js";

const MOST = 6; // labels that are seen without a click
const OTHERS = ["id", "probabilities"];

export function labelsPart(results) {
  const [result] = results;
  const { probabilities } = result;
  if (results.length !== 1 || !isProbabilities(probabilities)) return null;
  const ranked = Object.entries(probabilities).sort(([, a], [, b]) => b - a);
  const field = Object.keys(result).find((name) => !OTHERS.includes(name) && names(result[name], probabilities));
  const chosen = field ? [result[field]].flat().map(String) : [];
  const title = field && field !== "stars" ? element("p", { class: "chosen" }, chosen.join(", ") || "none") : null;
  const rows = ordered(ranked).map(([label, share]) => row(label, share, chosen.includes(label)));
  return {
    element: element(
      "div",
      {},
      title,
      element("ul", { class: "bars", "aria-label": "Probabilities" }, ...rows.slice(0, MOST)),
      rows.length > MOST ? further(rows.slice(MOST)) : null,
    ),
    summary: title ? `${chosen.join(", ") || "none"}, ${percent(ranked[0][1])}` : "",
    fields: ["probabilities", ...(field ? [field] : [])],
  };
}

function isProbabilities(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const shares = Object.values(value);
  return shares.length > 0 && shares.every((share) => typeof share === "number" && share >= 0 && share <= 1);
}

/** Whether a value is one of the labels, or a list of some. */
function names(value, probabilities) {
  const plain = (one) =>
    (typeof one === "string" || typeof one === "number") && Object.hasOwn(probabilities, String(one));
  return Array.isArray(value) ? value.length > 0 && value.every(plain) : plain(value);
}

/** Labels that are numbers keep their order; others begin with the likeliest. */
function ordered(ranked) {
  const numbers = ranked.every(([label]) => /^\d+$/.test(label));
  return numbers ? ranked.toSorted(([a], [b]) => b - a) : ranked;
}

function row(label, share, chosen) {
  return element(
    "li",
    { class: chosen ? "chosen" : null },
    element("span", { class: "label" }, label),
    element("span", { class: "bar", "aria-hidden": "true", style: { "--share": share } }),
    element("span", { class: "number" }, percent(share)),
  );
}

function further(rows) {
  return element(
    "details",
    {},
    element("summary", {}, `${rows.length} more`),
    element("ul", { class: "bars", "aria-label": "Further probabilities" }, ...rows),
  );
}
