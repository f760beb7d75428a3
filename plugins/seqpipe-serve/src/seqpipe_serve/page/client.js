/** What the server is asked, over HTTP. */

import { RecordStream } from "./record_stream.js";
import { ServerError } from "./server_error.js";

const KEY = "seqpipe.token";

/** The server that this page comes from. */
export class Client {
  #token = sessionStorage.getItem(KEY) ?? "";

  /** Whether requests carry a token. */
  get authorized() {
    return this.#token !== "";
  }

  /** Remember a token until the tab is closed. */
  authorize(token) {
    this.#token = token;
    sessionStorage.setItem(KEY, token);
  }

  /** Return the descriptions of the pipelines. */
  async pipelines() {
    return (await json(await this.#fetch(address()))).pipelines;
  }

  /** Send a request (see requests.js) to a pipeline; return the entries of its answer, one a record. */
  async ask(pipeline, request, signal) {
    const { headers, body } = request;
    const response = await this.#fetch(requestAddress(pipeline, request), { method: "POST", signal, headers, body });
    return (await json(response)).records;
  }

  /** Return the bytes that a writer makes of one of a request's results, counted from 1. */
  async written(pipeline, request, mediaType, number) {
    const url = requestAddress(pipeline, request);
    url.searchParams.set("result", number);
    const headers = { ...request.headers, Accept: mediaType };
    return (await this.#fetch(url, { method: "POST", headers, body: request.body })).blob();
  }

  /** Return a file that a pipeline comes with. */
  async example(pipeline, name) {
    const response = await this.#fetch(address(pipeline.name, `examples/${encodeURIComponent(name)}`));
    const blob = await response.blob();
    return new File([blob], name, { type: blob.type });
  }

  /** Open a stream of one record; `listener` has `result`, `finished` and `failed`. */
  stream(pipeline, listener) {
    const url = address(pipeline.name, "stream");
    url.protocol = url.protocol.replace("http", "ws");
    return new RecordStream(url, this.#token, listener);
  }

  async #fetch(url, init = {}) {
    const headers = { ...init.headers };
    if (this.#token) headers.Authorization = `Bearer ${this.#token}`;
    let response;
    try {
      response = await fetch(url, { ...init, headers });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ServerError("the server does not answer", "look whether it still runs, and try again");
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

/** Return the address to which a request is sent; where a pipeline can say what it looked at, it is asked to. */
export function requestAddress(pipeline, request) {
  const url = address(pipeline.name);
  url.search = new URLSearchParams({ ...(pipeline.explains ? { explain: "yes" } : {}), ...request.query });
  return url;
}

/** Return the address of a pipeline, of something below it, or of the list of all. */
function address(name = "", below = "") {
  const path = ["v1", ...name.split("/").filter(Boolean).map(encodeURIComponent), ...(below ? [below] : [])].join("/");
  const url = new URL(path, document.baseURI);
  url.hash = "";
  return url;
}

async function refusal(response) {
  let said = null;
  try {
    said = (await response.json()).error;
  } catch {
    // a proxy in between may answer in its own way
  }
  return new ServerError(said?.message ?? `the server answered ${response.status}`, said?.todo ?? "", response.status);
}

async function json(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("the answer is cut off", "try again");
  }
}
