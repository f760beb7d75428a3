/** Letters of DNA in colour, ten together. */

import { element } from "../dom.js";
import { plain } from "./numbers.js";

const TEN = 10;
const MOST = 6000; // bases that are drawn
const LETTERS = /^[ACGTUNRYSWKMBDHV]+$/i;
const OFFSET = 33; // the code of quality 0 in FASTQ
const BEST = 20; // the quality whose bar is as wide as its base

/** Whether a value is a sequence of bases. */
export function isBases(value) {
  return typeof value === "string" && value.length >= TEN && LETTERS.test(value);
}

/**
 * Return the drawing of bases. `qualities` is their string in FASTQ, or null; `sites` are stretches that are marked,
 * each with its `start` and `end`.
 */
export function baseGrid(letters, { qualities = null, sites = [] } = {}) {
  const marked = new Set(sites.flatMap(({ start, end }) => range(start, end)));
  const tens = [];
  for (let start = 0; start < Math.min(letters.length, MOST); start += TEN) {
    const bases = range(start, Math.min(start + TEN, letters.length)).map((place) =>
      base(letters[place], qualities?.charCodeAt(place), marked.has(place)),
    );
    tens.push(element("span", { class: "ten" }, element("small", {}, start + 1), ...bases));
  }
  const more =
    letters.length > MOST ? element("p", { class: "note" }, `and ${plain(letters.length - MOST)} more`) : null;
  const label = `${plain(letters.length)} bases`;
  const kind = qualities ? "bases rated" : "bases";
  return element("div", {}, element("div", { class: kind, role: "img", "aria-label": label }, ...tens), more);
}

function range(start, end) {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

function base(letter, code, marked) {
  const style = code === undefined ? {} : { "--quality": Math.min(1, (code - OFFSET) / BEST) };
  return element("b", { class: `base-${letter.toUpperCase()}${marked ? " site" : ""}`, style }, letter);
}
