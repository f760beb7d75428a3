/** A piano roll: time from left to right, pitch upwards. */

import { element, shape } from "../dom.js";
import { pitchName } from "./pitches.js";

const BEAT = 20; // pixels
const KEY = 8;
const MARGIN = 26; // for the names of pitches
const BAR = 4; // beats between the lines
const BLACK = new Set([1, 3, 6, 8, 10]);
const VOICES = { soprano: 5, alto: 60, tenor: 150, bass: 255 };

/** The place of a time, in quarter notes. */
const x = (beat) => MARGIN + beat * BEAT;

/** Return the drawing of notes, and `mark(beat)`, which shows where it is played; null shows nothing. */
export function pianoRoll(notes, end, label) {
  const pitches = notes.map(({ pitch }) => pitch);
  const [low, high] = [Math.min(...pitches) - 2, Math.max(...pitches) + 2];
  const [width, height] = [MARGIN + Math.ceil(end) * BEAT, (high - low + 1) * KEY];
  const y = (pitch) => (high - pitch) * KEY;
  const head = shape("path", { class: "cursor", d: `M0 0V${height}`, visibility: "hidden" });
  const drawn = shape(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
    ...rows(low, high, width, y),
    ...bars(end, height),
    ...notes.map((note) => rectangle(note, y)),
    head,
  );
  const box = element(
    "div",
    { class: "scroll roll", tabindex: "0", role: "region", "aria-label": "Piano roll" },
    drawn,
  );
  const mark = (beat) => {
    head.setAttribute("visibility", beat === null ? "hidden" : "visible");
    if (beat === null) return;
    head.setAttribute("transform", `translate(${x(beat)} 0)`);
    follow(box, x(beat));
  };
  return { element: box, mark };
}

/** Turn the page when the music reaches its edge. */
function follow(box, place) {
  if (place < box.scrollLeft || place > box.scrollLeft + box.clientWidth - BEAT) box.scrollLeft = place - MARGIN;
}

function rows(low, high, width, y) {
  const black = [];
  for (let pitch = low; pitch <= high; pitch += 1) {
    if (BLACK.has(pitch % 12)) black.push(shape("rect", { class: "black", x: 0, y: y(pitch), width, height: KEY }));
    if (pitch % 12 === 0) black.push(shape("text", { x: 3, y: y(pitch) + KEY - 0.5 }, pitchName(pitch)));
  }
  return black;
}

function bars(end, height) {
  const count = Math.floor(end / BAR);
  return Array.from({ length: count }, (_, bar) =>
    shape("path", { class: "line", d: `M${x((bar + 1) * BAR)} 0V${height}` }),
  );
}

function rectangle({ pitch, start, length, voice }, y) {
  return shape(
    "rect",
    {
      class: "key",
      x: x(start) + 0.5,
      y: y(pitch) + 0.5,
      width: Math.max(2, length * BEAT - 1),
      height: KEY - 1,
      rx: 2,
      style: { "--hue": VOICES[voice] ?? 195 },
    },
    shape("title", {}, `${pitchName(pitch)}${voice ? `, ${voice}` : ""}`),
  );
}
