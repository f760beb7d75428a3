/** A soft instrument: two waves a note through a filter that closes as the note fades. */

import { frequency } from "./pitches.js";

const ATTACK = 0.015; // seconds
const RELEASE = 0.25;
const AHEAD = 0.1; // seconds before the first note
const WINDOW = 1.5; // seconds whose notes are handed to the browser

export class Synthesizer {
  #context = null;
  #out = null;
  #moved = null;
  #timer = 0;

  get playing() {
    return this.#out !== null;
  }

  /** Play notes, whose times are quarter notes, at a tempo; `moved` is called with the place, and with null at the end. */
  play(notes, tempo, moved) {
    this.stop();
    this.#context ??= new AudioContext();
    this.#context.resume();
    this.#out = this.#output();
    this.#moved = moved;
    const beat = 60 / tempo;
    const begin = this.#context.currentTime + AHEAD;
    const waiting = [...notes].sort((a, b) => a.start - b.start);
    const end = Math.max(...notes.map(({ start, length }) => start + length)) * beat;
    this.#schedule(waiting, begin, beat);
    this.#follow(begin, beat, end);
  }

  stop() {
    if (!this.#out) return;
    clearTimeout(this.#timer);
    this.#out.disconnect();
    this.#out = null;
    this.#moved(null);
  }

  #output() {
    const gain = this.#context.createGain();
    const limiter = this.#context.createDynamicsCompressor();
    gain.gain.value = 0.5;
    gain.connect(limiter).connect(this.#context.destination);
    return gain;
  }

  #schedule(waiting, begin, beat) {
    const until = this.#context.currentTime + WINDOW;
    while (waiting.length && begin + waiting[0].start * beat < until) {
      const { pitch, start, length } = waiting.shift();
      this.#note(frequency(pitch), begin + start * beat, length * beat);
    }
    if (waiting.length) this.#timer = setTimeout(() => this.#schedule(waiting, begin, beat), 500);
  }

  #note(pitch, start, length) {
    const envelope = this.#context.createGain();
    const filter = this.#context.createBiquadFilter();
    filter.frequency.setValueAtTime(Math.min(pitch * 6, 9000), start);
    filter.frequency.exponentialRampToValueAtTime(pitch * 2, start + length + RELEASE);
    envelope.gain.setValueAtTime(0, start);
    envelope.gain.linearRampToValueAtTime(0.22, start + ATTACK);
    envelope.gain.setTargetAtTime(0.1, start + ATTACK, 0.4);
    envelope.gain.setTargetAtTime(0, start + length, RELEASE / 4);
    filter.connect(envelope).connect(this.#out);
    for (const [type, ratio] of [
      ["triangle", 1],
      ["sine", 2.001],
    ]) {
      const wave = this.#context.createOscillator();
      wave.type = type;
      wave.frequency.value = pitch * ratio;
      wave.connect(filter);
      wave.start(start);
      wave.stop(start + length + RELEASE);
    }
  }

  #follow(begin, beat, end) {
    const out = this.#out;
    const frame = () => {
      if (this.#out !== out) return;
      const heard = this.#context.currentTime - begin;
      if (heard > end + RELEASE) {
        this.stop();
        return;
      }
      this.#moved(Math.max(0, heard / beat));
      requestAnimationFrame(frame);
    };
    frame();
  }
}
