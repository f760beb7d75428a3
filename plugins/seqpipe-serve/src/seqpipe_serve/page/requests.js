/** What is sent to a pipeline: the same object makes the request and the command that repeats it in a shell. */

/** One record as JSON, or several. */
export class RecordRequest {
  constructor(...records) {
    this.records = records;
  }

  /** The record, if it is one. */
  get record() {
    return this.records.length === 1 ? this.records[0] : undefined;
  }

  /** Return the query, headers and body. */
  options() {
    return { query: "", headers: { "Content-Type": "application/json" }, body: this.#body() };
  }

  /** Return the lines of curl's arguments. */
  arguments() {
    return ["-H 'Content-Type: application/json'", `-d ${quoted(this.#body())}`];
  }

  #body() {
    return JSON.stringify(this.records.length === 1 ? { record: this.record } : { records: this.records });
  }
}

/** A file, read by the pipeline's reader. */
export class FileRequest {
  constructor(file) {
    this.file = file;
  }

  get #type() {
    return this.file.type || "application/octet-stream";
  }

  options() {
    const query = new URLSearchParams({ filename: this.file.name }).toString();
    return { query, headers: { "Content-Type": this.#type }, body: this.file };
  }

  arguments() {
    return [`-H ${quoted(`Content-Type: ${this.#type}`)}`, `--data-binary ${quoted(`@${this.file.name}`)}`];
  }
}

/** Return the curl command that does what a request did. The token stays out of it. */
export function command(url, request, authorized) {
  const { query } = request.options();
  const whole = new URL(url);
  whole.search = query;
  const token = authorized ? ['-H "Authorization: Bearer $SEQPIPE_SERVE_TOKEN"'] : [];
  return [`curl ${quoted(whole.href)}`, ...token, ...request.arguments()].join(" \\\n  ");
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
