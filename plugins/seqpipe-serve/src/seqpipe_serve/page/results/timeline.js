/** What happens when: segments of a video or a series, a lane a label. */

import { element } from "../dom.js";
import { hues } from "./hues.js";
import { plain } from "./numbers.js";

export function timelinePart(results, pipeline, { video, series }) {
  const segments = segmentsOf(results);
  if (!segments) return null;
  const end = Math.max(...segments.map(({ stop }) => stop), series?.length ?? 0);
  const colours = hues(segments.map(({ label }) => label));
  const heads = [];
  const labels = [...new Set(segments.map(({ label }) => label))];
  const lanes = labels.map((label) => lane(label, colours.get(label), segments, end, heads));
  const seen = video ? player(video, heads, end) : null;
  return {
    element: element(
      "div",
      {},
      seen,
      element("ul", { class: "lanes", "aria-label": "What happens when" }, ...lanes, axis(length(segments, end))),
    ),
    summary: segments.map(({ label, start, stop }) => `${label} from ${plain(start)} to ${plain(stop)}`).join(", "),
    fields: ["segments", ...(results[0].segments ? [] : ["label", "start", "end", "stop", "score"])],
    stop: () => {
      if (seen) URL.revokeObjectURL(seen.src);
    },
  };
}

/** Segments stand in one result, or each is a result of its own. A strand makes them sites: see sites.js. */
function segmentsOf(results) {
  const given = results.length === 1 && Array.isArray(results[0].segments) ? results[0].segments : results;
  const segments = given.map(({ label, start, end, stop, score, strand }) => ({
    label,
    start,
    stop: end ?? stop,
    timed: end !== undefined,
    score,
    strand,
  }));
  const fits = ({ label, start, stop, strand }) =>
    typeof label === "string" && typeof start === "number" && typeof stop === "number" && strand === undefined;
  return segments.length && segments.every(fits) ? segments : null;
}

function lane(label, hue, segments, end, heads) {
  const head = element("span", { class: "playhead", hidden: true });
  heads.push(head);
  const blocks = segments
    .filter((segment) => segment.label === label)
    .map(({ start, stop, score }) => {
      const said = `${plain(start)} to ${plain(stop)}${score === undefined ? "" : `, ${Math.round(score * 100)}%`}`;
      const place = { left: `${(100 * start) / end}%`, width: `${(100 * (stop - start)) / end}%` };
      return element("li", { style: place, title: said }, element("span", { class: "unseen" }, said));
    });
  return element(
    "li",
    { style: { "--hue": hue } },
    element("span", { class: "label" }, label),
    element("div", { class: "lane" }, element("ul", {}, ...blocks), head),
  );
}

function axis(end) {
  const ends = element("p", { class: "axis" }, element("span", {}, "0"), element("span", {}, end));
  return element("li", { "aria-hidden": "true" }, ends);
}

/** Seconds where segments have an end, positions where they have a stop. */
function length(segments, end) {
  return segments[0].timed ? `${plain(end)} s` : `${plain(end)} positions`;
}

function player(video, heads, end) {
  const shown = element("video", { controls: true, muted: true, playsinline: true, src: URL.createObjectURL(video) });
  shown.addEventListener("error", () => shown.remove()); // a form that the browser does not play
  shown.addEventListener("timeupdate", () => {
    for (const head of heads) {
      head.hidden = false;
      head.style.left = `${Math.min(100, (100 * shown.currentTime) / end)}%`;
    }
  });
  return shown;
}
