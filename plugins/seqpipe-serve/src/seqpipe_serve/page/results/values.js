/** Numbers that were predicted, with their bounds where there are some. */

import { element } from "../dom.js";
import { plain } from "./numbers.js";
import { seriesChart } from "./series_chart.js";

export function valuesPart(results, pipeline) {
  const [result] = results;
  if (results.length !== 1 || pipeline.output.kind !== "values") return null;
  const field = Object.keys(result).find(
    (name) => name !== "id" && !["low", "high"].includes(name) && numeric(result[name]),
  );
  if (!field) return null;
  const drawn = Array.isArray(result[field]) ? series(result, field) : figures(result, field);
  return { ...drawn, fields: [field, "low", "high"] };
}

function numeric(value) {
  if (Array.isArray(value)) return value.length > 0 && value.every(numeric);
  if (value !== null && typeof value === "object") return Object.values(value).every((one) => typeof one === "number");
  return typeof value === "number";
}

function series(result, field) {
  return { element: seriesChart(result[field], field), summary: `${result[field].length} values of ${field}` };
}

function figures(result, field) {
  const named = typeof result[field] === "number" ? { [field]: result[field] } : result[field];
  const bounds = (name) => {
    const [low, high] = [result.low, result.high].map((bound) => (typeof bound === "object" ? bound?.[name] : bound));
    return typeof low === "number" && typeof high === "number" ? `${plain(low)} to ${plain(high)}` : "";
  };
  const rows = Object.entries(named).map(([name, value]) =>
    element(
      "li",
      {},
      element("span", { class: "label" }, name),
      element("strong", {}, plain(value)),
      element("span", { class: "note" }, bounds(name)),
    ),
  );
  const summary = Object.entries(named)
    .map(([name, value]) => `${name} ${plain(value)}`)
    .join(", ");
  return { element: element("ul", { class: "figures" }, ...rows), summary };
}
