/** Plays samples. */

export class Player {
  #context = null;
  #source = null;

  /** Play from a second on; `moved` is called with the second that is heard, and with null at the end. */
  play({ samples, rate }, from, moved) {
    this.stop();
    this.#context ??= new AudioContext();
    this.#context.resume();
    const buffer = this.#context.createBuffer(1, samples.length, rate);
    buffer.copyToChannel(samples, 0);
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    const begin = this.#context.currentTime - from;
    source.onended = () => {
      if (this.#source === source) this.stop();
    };
    source.start(0, from);
    this.#source = source;
    this.moved = moved;
    const follow = () => {
      if (this.#source !== source) return;
      moved(this.#context.currentTime - begin);
      requestAnimationFrame(follow);
    };
    follow();
  }

  get playing() {
    return this.#source !== null;
  }

  stop() {
    if (!this.#source) return;
    const source = this.#source;
    this.#source = null;
    source.stop();
    this.moved(null);
  }
}
