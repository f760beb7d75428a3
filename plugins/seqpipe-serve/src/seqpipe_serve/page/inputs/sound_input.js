/** Sound: spoken into the microphone, or a file. */

import { button, element } from "../dom.js";
import { FileRequest } from "../requests.js";
import { ServerError } from "../server_error.js";
import { Microphone } from "../sound/microphone.js";
import { Recording } from "../sound/recording.js";
import { decoded, encoded } from "../sound/sound_file.js";
import { waveform } from "../sound/waveform.js";
import { droppable, fileButton, listed } from "./file_field.js";

const DRAWN = 8; // seconds of the microphone that are seen while it is open

export class SoundInput {
  live = false;
  #workbench;
  #pipeline;
  #open = null; // the microphone, what it has heard, and the stream that this goes to
  #button;
  #wave = element("div", { class: "live" });

  constructor(pipeline, workbench) {
    this.#workbench = workbench;
    this.#pipeline = pipeline;
    const { streams, input } = pipeline;
    this.invitation = streams ? "Words appear while you speak." : "Words appear when you stop.";
    this.#button = button("Speak", () => this.#toggle(), { class: "main microphone", "aria-pressed": "false" });
    const take = (file) => this.takeFile(file);
    this.element = droppable(
      element(
        "div",
        { class: "drop" },
        element("div", { class: "row" }, this.#button, fileButton("Choose a file", input.suffixes, take)),
        this.#wave,
        element("p", { class: "note" }, `or drop one here: ${listed(input.suffixes)}`),
      ),
      take,
    );
  }

  leave() {
    this.#close();
  }

  async takeFile(file) {
    this.#close();
    let sound = null;
    try {
      sound = await decoded(file, this.#pipeline.input.rate);
    } catch {
      // a form that the browser does not know; the server may
    }
    if (this.#pipeline.streams && sound) {
      const stream = this.#stream(sound);
      stream.send(sound.samples);
      stream.finish();
    } else {
      this.#workbench.ask(new FileRequest(file), { sound });
    }
  }

  async #toggle() {
    if (this.#open) {
      this.#close();
      return;
    }
    const recording = new Recording(this.#pipeline.input.rate);
    this.#button.disabled = true;
    try {
      const microphone = await Microphone.open(recording.rate, (samples) => this.#heard(samples));
      this.#open = { microphone, recording, stream: this.#pipeline.streams ? this.#stream(recording) : null };
    } catch (error) {
      this.#workbench.fail(refused(error));
      return;
    } finally {
      this.#button.disabled = false;
    }
    if (!this.#pipeline.streams) this.#workbench.clear();
    this.#show(true);
  }

  #heard(samples) {
    if (!this.#open) return;
    const { recording, stream } = this.#open;
    recording.add(samples);
    this.#wave.replaceChildren(waveform(recording.last(DRAWN), DRAWN * recording.rate));
    stream?.send(samples);
  }

  #close() {
    if (!this.#open) return;
    const { microphone, recording, stream } = this.#open;
    this.#open = null;
    microphone.close();
    this.#show(false);
    if (stream) stream.finish();
    else if (recording.length) this.#workbench.ask(new FileRequest(this.#file(recording)), { sound: recording });
  }

  #show(open) {
    this.#button.textContent = open ? "Stop" : "Speak";
    this.#button.setAttribute("aria-pressed", String(open));
    if (!open) this.#wave.replaceChildren();
  }

  #stream(sound) {
    return this.#workbench.stream({ sound }, () => new FileRequest(this.#file(sound)));
  }

  /** Return a recording as a file that the pipeline's reader takes. */
  #file(sound) {
    const { suffixes } = this.#pipeline.input;
    return encoded(sound, suffixes.length === 0 || suffixes.includes(".wav") ? ".wav" : suffixes[0]);
  }
}

function refused(error) {
  const said = {
    NotAllowedError: ["the microphone is not allowed", "allow it for this page in your browser"],
    NotFoundError: ["there is no microphone", "connect one, or choose a file"],
    InsecureContextError: [
      "browsers give the microphone only to pages of this computer or over HTTPS",
      "choose a file, or put a proxy with HTTPS in front of the server",
    ],
  }[error.name] ?? ["the microphone cannot be opened", "look whether another program uses it, or choose a file"];
  return new ServerError(...said);
}
