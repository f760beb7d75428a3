/** A stream of one record over a WebSocket: samples go up while results come down. */

import { ServerError } from "./server_error.js";

const NORMAL = 1000;
const RETRIES = 5;
const PIECE = 4096; // samples of a message
const AHEAD = 1 << 18; // bytes that may wait in the browser before more is given to it

/**
 * Samples are kept, so that a connection that breaks is resumed: the server says from where on it needs them.
 * `listener` has `result(fields)`, `finished()` and `failed(error)`.
 */
export class RecordStream {
  #url;
  #token;
  #listener;
  #socket = null;
  #session = null;
  #pieces = [];
  #length = 0;
  #sent = 0;
  #results = 0; // how many have come, so that none is missed and none comes twice
  #closing = false;
  #over = false;
  #failures = 0;
  #ready = false;
  #later = 0; // timers: to send what the browser has no room for, and to connect again
  #again = 0;

  constructor(url, token, listener) {
    this.#url = url;
    this.#token = token;
    this.#listener = listener;
    this.#connect();
  }

  /** Send further samples: numbers between -1 and 1, at the rate that the pipeline takes. */
  send(samples) {
    for (let start = 0; start < samples.length; start += PIECE) {
      this.#pieces.push({ start: this.#length, samples: samples.slice(start, start + PIECE) });
      this.#length += Math.min(PIECE, samples.length - start);
    }
    this.#flush();
  }

  /** Say that no more samples come; the last results follow. */
  finish() {
    this.#closing = true;
    this.#flush();
  }

  /** Leave, without the last results. */
  stop() {
    this.#over = true;
    clearTimeout(this.#later);
    clearTimeout(this.#again);
    this.#socket?.close(NORMAL);
  }

  #connect() {
    const protocols = this.#token ? ["seqpipe", `bearer.${this.#token}`] : ["seqpipe"];
    this.#ready = false;
    this.#socket = new WebSocket(this.#url, protocols);
    this.#socket.onopen = () => this.#start();
    this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    this.#socket.onclose = ({ code, reason }) => this.#closed(code, reason);
  }

  #start() {
    const resumed = this.#session ? { session: this.#session, results: this.#results } : {};
    this.#say({ type: "start", format: "float32", ...resumed });
  }

  #say(message) {
    this.#socket.send(JSON.stringify(message));
  }

  #hear({ type, ...fields }) {
    if (this.#over) return;
    if (type === "started") {
      this.#session = fields.session;
      this.#sent = fields.position ?? 0;
      this.#failures = 0;
      this.#ready = true;
      this.#flush();
    } else if (type === "result") {
      const { number, ...result } = fields;
      this.#results = number;
      this.#listener.result(result);
    } else if (type === "finished") {
      this.#over = true;
      this.#listener.finished();
    } else if (fields.error) {
      this.#fail(new ServerError(fields.error.message, fields.error.todo));
    }
  }

  #flush() {
    clearTimeout(this.#later);
    if (!this.#ready || this.#over) return;
    for (const { start, samples } of this.#pieces) {
      if (start + samples.length <= this.#sent) continue;
      if (this.#socket.bufferedAmount > AHEAD) {
        this.#later = setTimeout(() => this.#flush(), 50);
        return;
      }
      this.#socket.send(littleEndian(samples.subarray(this.#sent - start)));
      this.#sent = start + samples.length;
    }
    if (this.#closing) {
      this.#ready = false;
      this.#say({ type: "finish" });
    }
  }

  #closed(code, reason) {
    this.#ready = false;
    if (this.#over) return;
    if (this.#session && this.#failures < RETRIES) {
      this.#again = setTimeout(() => this.#connect(), 200 * 2 ** this.#failures);
      this.#failures += 1;
    } else {
      this.#fail(new ServerError(reason || "the connection broke", "try again"));
    }
  }

  #fail(error) {
    this.#over = true;
    this.#socket.close(NORMAL);
    this.#listener.failed(error);
  }
}

function littleEndian(samples) {
  const view = new DataView(new ArrayBuffer(samples.length * 4));
  samples.forEach((sample, index) => view.setFloat32(index * 4, sample, true));
  return view.buffer;
}
