/** Gives samples to the page: the mean of the channels, in pieces. */

const PIECE = 2048;

class Samples extends AudioWorkletProcessor {
  #piece = new Float32Array(PIECE);
  #filled = 0;

  process([channels]) {
    for (let index = 0; index < (channels[0]?.length ?? 0); index += 1) {
      let sum = 0;
      for (const channel of channels) sum += channel[index];
      this.#piece[this.#filled++] = sum / channels.length;
      if (this.#filled === PIECE) {
        this.port.postMessage(this.#piece);
        this.#piece = new Float32Array(PIECE);
        this.#filled = 0;
      }
    }
    return true;
  }
}

registerProcessor("samples", Samples);
