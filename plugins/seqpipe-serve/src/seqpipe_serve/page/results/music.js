/** Music: a piano roll to see, and to hear. */

import { button, element } from "../dom.js";
import { pianoRoll } from "../music/piano_roll.js";
import { pitchName } from "../music/pitches.js";
import { Synthesizer } from "../music/synthesizer.js";

const TEMPO = 96; // quarter notes a minute, where the music says none
const MIDI = "audio/midi";

export function musicPart(results, pipeline, { written }) {
  const [{ notes, tempos }] = results;
  if (results.length !== 1 || !isMusic(notes)) return null;
  const tempo = tempos?.[0]?.tempo ?? TEMPO;
  const end = Math.max(...notes.map(({ start, length }) => start + length));
  const summary = described(notes, end);
  const roll = pianoRoll(notes, end, summary);
  const synthesizer = new Synthesizer();
  return {
    element: element(
      "div",
      { class: "music" },
      roll.element,
      controls(notes, tempo, synthesizer, roll, pipeline.output.types?.includes(MIDI) ? written : null),
      element("p", { class: "note" }, summary),
    ),
    summary,
    fields: ["notes", "tempos", "signatures"],
    stop: () => synthesizer.stop(),
  };
}

function isMusic(notes) {
  const fits = ({ pitch, start, length }) => [pitch, start, length].every((value) => typeof value === "number");
  return Array.isArray(notes) && notes.length > 0 && notes.every(fits);
}

function described(notes, end) {
  const pitches = notes.map(({ pitch }) => pitch);
  const voices = [...new Set(notes.map(({ voice }) => voice).filter(Boolean))];
  const range = `${pitchName(Math.min(...pitches))} to ${pitchName(Math.max(...pitches))}`;
  const parts = [`${notes.length} notes`, `${Math.ceil(end)} quarter notes long`, range, voices.join(", ")];
  return parts.filter(Boolean).join(", ");
}

function controls(notes, tempo, synthesizer, roll, written) {
  const moved = (beat) => {
    roll.mark(beat);
    if (beat === null) play.textContent = "Play";
  };
  const speed = element("input", { type: "range", min: "40", max: "200", step: "4", value: String(tempo) });
  const said = element("output", {}, String(tempo));
  speed.addEventListener("input", () => {
    said.textContent = speed.value;
    synthesizer.stop();
  });
  const play = button(
    "Play",
    () => {
      if (synthesizer.playing) {
        synthesizer.stop();
        return;
      }
      play.textContent = "Stop";
      synthesizer.play(notes, Number(speed.value), moved);
    },
    { class: "main" },
  );
  const save = written ? button("Save as MIDI", () => saved(written, save)) : null;
  return element("div", { class: "row" }, play, element("label", { class: "tempo" }, "Tempo ", speed, said), save);
}

/** Save what the server writes of it. */
async function saved(written, near) {
  try {
    const url = URL.createObjectURL(await written(MIDI));
    element("a", { href: url, download: "music.mid" }).click();
    URL.revokeObjectURL(url);
  } catch (error) {
    near.replaceWith(element("span", { class: "note", role: "alert" }, `${error.message} (${error.todo})`));
  }
}
