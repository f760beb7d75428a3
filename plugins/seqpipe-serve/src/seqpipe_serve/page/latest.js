/** The latest of several tasks: when another one starts, the one before is told to stop and its answer is dropped. */
export class Latest {
  #controller = null;
  #timer = 0;

  /** Start a task after a pause in which no other one comes; it is called with the signal that it listens to. */
  soon(milliseconds, task) {
    this.stop();
    this.#timer = setTimeout(() => this.now(task), milliseconds);
  }

  /** Start a task at once. */
  async now(task) {
    this.stop();
    const controller = new AbortController();
    this.#controller = controller;
    try {
      await task(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
  }

  /** Stop what is under way. */
  stop() {
    clearTimeout(this.#timer);
    this.#controller?.abort();
  }
}
