/** What was said, and when. */

import { button, element } from "../dom.js";
import { Player } from "../sound/player.js";
import { waveform } from "../sound/waveform.js";
import { table } from "./fields.js";
import { clock, percent } from "./numbers.js";

const UNSURE = 0.5; // the score below which a word is marked
const SECOND = 96; // pixels

export function transcriptPart(results, pipeline, { sound }) {
  const words = wordsOf(results, pipeline);
  if (!words) return null;
  const text = words.map(({ word }) => word).join(" ");
  const player = new Player();
  return {
    element: element(
      "div",
      { class: "transcript" },
      element("p", { class: "said", dir: "auto" }, ...spoken(words)),
      sound ? strip(sound, words, player) : null,
      words.length ? times(words) : null,
    ),
    summary: text || "Nothing said",
    fields: ["text", "words", "word", "label", "start", "end", "score"],
    stop: () => player.stop(),
  };
}

/** Words stand in one result, or each is a result of its own, as in streams. */
function wordsOf(results, pipeline) {
  if (results.length === 1 && Array.isArray(results[0].words)) return results[0].words;
  if (pipeline.input.kind !== "sound") return null;
  const words = results.map(({ word, label, start, end, score }) => ({ word: word ?? label, start, end, score }));
  return words.every(({ word, start }) => typeof word === "string" && typeof start === "number") ? words : null;
}

function spoken(words) {
  if (words.length === 0) return ["(nothing said)"];
  return words.flatMap(({ word, score }) => [
    score < UNSURE ? element("span", { class: "unsure", title: `unsure: ${percent(score)}` }, word) : word,
    " ",
  ]);
}

/** The waveform with the words where they were said. */
function strip(sound, words, player) {
  const length = sound.samples.length / sound.rate;
  const share = (seconds) => `${Math.min(100, (100 * seconds) / length)}%`;
  const labels = words.map(({ word, start }) => element("span", { style: { left: share(start) } }, word));
  const head = element("span", { class: "playhead", hidden: true });
  const moved = (seconds) => {
    head.hidden = seconds === null;
    if (seconds !== null) head.style.left = share(seconds);
    else play.textContent = "Play";
  };
  const play = button("Play", () => {
    if (player.playing) {
      player.stop();
      return;
    }
    play.textContent = "Stop";
    player.play({ ...sound, samples: sound.samples }, 0, moved);
  });
  const inner = element(
    "div",
    { class: "strip", style: { "--width": `${Math.round(length * SECOND)}px` } },
    waveform(sound.samples),
    element("div", { class: "places", "aria-hidden": "true" }, ...labels),
    head,
  );
  const label = `Recording of ${length.toFixed(1)} seconds`;
  return element(
    "div",
    {},
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, inner),
    element("div", { class: "row" }, play, element("span", { class: "note" }, clock(length))),
  );
}

function times(words) {
  const rows = words.map(({ word, start, end, score }) => ({
    word,
    start: clock(start),
    end: clock(end),
    score: score === undefined ? "" : percent(score),
  }));
  return element(
    "details",
    {},
    element("summary", {}, "When each was said"),
    table(rows, ["word", "start", "end", "score"], "Words with their times"),
  );
}
