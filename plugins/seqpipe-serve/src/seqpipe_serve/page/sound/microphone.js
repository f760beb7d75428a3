/** The microphone: samples at a rate of one's own. */

import { Resampler } from "./resampler.js";

export class Microphone {
  #media;
  #context;

  /** Open it; `listener` is called with samples, numbers between -1 and 1, at `rate` a second. */
  static async open(rate, listener) {
    if (!navigator.mediaDevices) throw new DOMException("no secure context", "InsecureContextError");
    const microphone = new Microphone();
    microphone.#media = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
    try {
      await microphone.#connect(rate, listener);
    } catch (error) {
      microphone.close();
      throw error;
    }
    return microphone;
  }

  /** Close it: no more samples come. */
  close() {
    for (const track of this.#media.getTracks()) track.stop();
    this.#context?.close();
  }

  async #connect(rate, listener) {
    // The context has the device's own rate: not all browsers connect a microphone to one of another rate.
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule(new URL("samples_worklet.js", import.meta.url));
    const node = new AudioWorkletNode(this.#context, "samples", { numberOfOutputs: 0 });
    const resampler = new Resampler(this.#context.sampleRate, rate);
    node.port.onmessage = ({ data }) => {
      const samples = resampler.push(data);
      if (samples.length && this.#context.state !== "closed") listener(samples);
    };
    this.#context.createMediaStreamSource(this.#media).connect(node);
  }
}
