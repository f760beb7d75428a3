/** Fields that no other part shows: names and values, or a table where a record has several results. */

import { element } from "../dom.js";
import { plain } from "./numbers.js";

const MOST = 200; // rows of a table

/** Return the element, or null if all fields are shown. */
export function otherFields(results, shown) {
  const names = [...new Set(results.flatMap(Object.keys))].filter((name) => !shown.has(name));
  if (names.length === 0) return null;
  return results.length === 1 ? list(results[0], names) : table(results, names);
}

/** Return a table of results in a box that scrolls. */
export function table(results, names, label = "Results") {
  const head = element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)));
  const rows = results
    .slice(0, MOST)
    .map((result) => element("tr", {}, ...names.map((name) => element("td", {}, value(result[name])))));
  const more = results.length > MOST ? element("p", { class: "note" }, `and ${results.length - MOST} more`) : null;
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)),
    more,
  );
}

function list(result, names) {
  const rows = names.flatMap((name) => [element("dt", {}, name), element("dd", { dir: "auto" }, value(result[name]))]);
  return element("dl", { class: "fields" }, ...rows);
}

function value(item) {
  if (item === null || item === undefined) return "";
  if (typeof item === "number") return plain(item);
  if (Array.isArray(item))
    return item.map((one) => (typeof one === "object" ? JSON.stringify(one) : value(one))).join(", ");
  return typeof item === "object" ? JSON.stringify(item) : String(item);
}
