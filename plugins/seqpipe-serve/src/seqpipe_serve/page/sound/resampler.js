/** Another sampling rate, for samples that come in pieces. */

const ZEROS = 16; // zero crossings of the sinc on each side
const PASSED = 0.94; // share of the narrower band that is let through

/** Band-limited interpolation with a Hann-windowed sinc (J. O. Smith, Digital Audio Resampling). */
export class Resampler {
  #step;
  #cutoff;
  #half;
  #held;
  #first; // the position of the first sample held
  #next = 0; // how many were given

  constructor(from, to) {
    this.#step = from / to;
    this.#cutoff = Math.min(1, to / from) * PASSED;
    this.#half = Math.ceil(ZEROS / this.#cutoff);
    this.#held = new Float32Array(this.#half);
    this.#first = -this.#half;
  }

  /** Return the samples that are known with these: those of the last few milliseconds are not, yet. */
  push(samples) {
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    const end = this.#first + held.length - this.#half;
    const given = [];
    while (this.#next * this.#step < end) {
      given.push(this.#at(held, this.#next * this.#step));
      this.#next += 1;
    }
    const keep = Math.max(Math.floor(this.#next * this.#step) - this.#half - this.#first, 0);
    this.#held = held.slice(keep);
    this.#first += keep;
    return Float32Array.from(given);
  }

  #at(held, position) {
    const middle = Math.floor(position);
    let sum = 0;
    for (let index = middle - this.#half + 1; index < middle + this.#half; index += 1) {
      const distance = position - index;
      const angle = Math.PI * this.#cutoff * distance;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      const hann = 0.5 + 0.5 * Math.cos((Math.PI * distance) / this.#half);
      sum += held[index - this.#first] * sinc * hann;
    }
    return sum * this.#cutoff;
  }
}
