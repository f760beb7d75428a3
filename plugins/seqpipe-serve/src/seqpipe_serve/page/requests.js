/** What is sent to a pipeline: the same object makes the request and the command that repeats it in a shell. */

/** One record as JSON, or several. */
export class RecordRequest {
  query = {};
  headers = { "Content-Type": "application/json" };

  constructor(...records) {
    this.records = records;
    this.body = JSON.stringify(records.length === 1 ? { record: records[0] } : { records });
  }

  /** The record, if it is one. */
  get record() {
    return this.records.length === 1 ? this.records[0] : undefined;
  }

  /** What curl is told to send. */
  get data() {
    return `-d ${quoted(this.body)}`;
  }
}

/** A file, read by the pipeline's reader: its name says what it is, as browsers call some files JSON that hold no records. */
export class FileRequest {
  headers = { "Content-Type": "application/octet-stream" };

  constructor(file) {
    this.file = file;
    this.body = file;
    this.query = { filename: file.name };
  }

  get data() {
    return `--data-binary ${quoted(`@${this.file.name}`)}`;
  }
}

/** Return the curl command that does what a request did. The token stays out of it. */
export function command(url, request, authorized) {
  const headers = Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  const token = authorized ? ['-H "Authorization: Bearer $SEQPIPE_SERVE_TOKEN"'] : [];
  return [`curl ${quoted(url.href)}`, ...token, ...headers, request.data].join(" \\\n  ");
}

function quoted(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
