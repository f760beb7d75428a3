/** A waveform: how loud it is, from left to right. */

import { shape } from "../dom.js";

const BARS = 400;

/** Return the drawing of samples, `length` of which are as wide as it; it scales with its box. */
export function waveform(samples, length = samples.length) {
  const size = Math.max(1, Math.ceil(length / BARS));
  const bars = Math.ceil(length / size);
  let path = "";
  for (let bar = 0; bar * size < samples.length; bar += 1) {
    const height = Math.max(0.015, peak(samples, bar * size, (bar + 1) * size));
    path += `M${bar + 0.5} ${-height}V${height}`;
  }
  return shape(
    "svg",
    { class: "wave", viewBox: `0 -1 ${Math.max(1, bars)} 2`, preserveAspectRatio: "none", "aria-hidden": "true" },
    shape("path", { d: path }),
  );
}

/** The loudest of some samples, so that quiet speech is seen: the root of its height. */
function peak(samples, start, stop) {
  let largest = 0;
  for (let index = start; index < Math.min(stop, samples.length); index += 1) {
    largest = Math.max(largest, Math.abs(samples[index]));
  }
  return Math.min(1, Math.sqrt(largest));
}
