/** A series of numbers as lines. */

import { element, shape } from "../dom.js";
import { plain } from "./numbers.js";

const HEIGHT = 100;
const MOST = 6; // lines that are drawn
const HUES = [195, 60, 300, 150, 5, 255];

/** Return the drawing of numbers, or of lists of numbers: then with a line for each of their places. */
export function seriesChart(series, title) {
  const rows = series.map((item) => [item].flat());
  const width = Math.min(MOST, Math.max(...rows.map((row) => row.length)));
  const lines = Array.from({ length: width }, (_, place) => rows.map((row) => row[place] ?? null));
  const seen = lines.flat().filter((value) => value !== null);
  const [low, high] = [seen.reduce((a, b) => Math.min(a, b)), seen.reduce((a, b) => Math.max(a, b))];
  const label = `${title}: ${rows.length} positions between ${plain(low)} and ${plain(high)}`;
  const box = `0 -4 ${Math.max(1, rows.length - 1)} ${HEIGHT + 8}`;
  const drawn = lines.map((line, index) =>
    shape("path", { d: path(line, low, high), style: { "--hue": HUES[index] } }),
  );
  return element(
    "figure",
    { class: "series", role: "img", "aria-label": label },
    element("span", { class: "high", "aria-hidden": "true" }, plain(high)),
    shape("svg", { viewBox: box, preserveAspectRatio: "none", "aria-hidden": "true" }, ...drawn),
    element("span", { class: "low", "aria-hidden": "true" }, plain(low)),
  );
}

function path(line, low, high) {
  const span = high - low || 1;
  let pen = "M";
  return line
    .map((value, index) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const point = `${pen}${index} ${((high - value) / span) * HEIGHT}`;
      pen = "L";
      return line.length === 1 ? `${point}h1` : point;
    })
    .join("");
}
