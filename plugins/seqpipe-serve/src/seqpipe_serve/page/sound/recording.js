/** Samples that grow: numbers between -1 and 1, at a rate (Hz). */
export class Recording {
  #samples = new Float32Array(1 << 16);
  length = 0;

  constructor(rate) {
    this.rate = rate;
  }

  get samples() {
    return this.#samples.subarray(0, this.length);
  }

  add(samples) {
    if (this.length + samples.length > this.#samples.length) {
      const larger = new Float32Array(2 * (this.length + samples.length));
      larger.set(this.samples);
      this.#samples = larger;
    }
    this.#samples.set(samples, this.length);
    this.length += samples.length;
  }

  /** Return the samples of the last seconds. */
  last(seconds) {
    return this.#samples.subarray(Math.max(0, this.length - Math.round(seconds * this.rate)), this.length);
  }
}
