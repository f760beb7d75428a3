/** Sites on the two strands of DNA. */

import { element } from "../dom.js";
import { baseGrid, isBases } from "./base_grid.js";
import { table } from "./fields.js";
import { hues } from "./hues.js";
import { plain } from "./numbers.js";

const STRANDS = ["+", "-"];

export function sitesPart(results, pipeline, { request }) {
  const fits = ({ start, end, strand }) =>
    typeof start === "number" && typeof end === "number" && STRANDS.includes(strand);
  if (!results.every(fits)) return null;
  const typed = isBases(request?.record) ? request.record : "";
  const end = Math.max(typed.length, lengthOf(results[0].id), ...results.map((site) => site.end));
  const colours = hues(results.map(({ label }) => label ?? ""));
  const label = `${results.length} ${results.length === 1 ? "site" : "sites"} in ${plain(end)} bases`;
  const names = ["sequence", "start", "end", "strand", "label", "score"].filter(
    (name) => results[0][name] !== undefined,
  );
  return {
    element: element(
      "div",
      { class: "sites" },
      element("p", { class: "chosen" }, label),
      element(
        "div",
        { class: "track", role: "img", "aria-label": `${label}; they stand in the table` },
        ...STRANDS.map((strand) => lane(strand, results, end, colours)),
      ),
      element("p", { class: "axis", "aria-hidden": "true" }, element("span", {}, "1"), element("span", {}, plain(end))),
      table(results, names, "Sites"),
      typed ? baseGrid(typed, { sites: results }) : null,
    ),
    summary: label,
    fields: names,
  };
}

/** The last part of an id such as `chromosome:1-8000` says where the stretch ends. */
function lengthOf(id) {
  return Number(/:\d+-(\d+)$/.exec(id ?? "")?.[1] ?? 0);
}

function lane(strand, results, end, colours) {
  const marks = results
    .filter((site) => site.strand === strand)
    .map(({ start, end: stop, score, label = "" }) =>
      element("i", {
        title: `${label} ${plain(start)} to ${plain(stop)}`,
        style: {
          left: `${(100 * start) / end}%`,
          width: `${(100 * (stop - start)) / end}%`,
          "--score": score ?? 1,
          "--hue": colours.get(label),
        },
      }),
    );
  return element(
    "div",
    { class: "strand" },
    element("span", {}, strand === "-" ? "−" : strand),
    element("div", {}, ...marks),
  );
}
