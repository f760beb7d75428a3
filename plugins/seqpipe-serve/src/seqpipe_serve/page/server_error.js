/** An answer that is an error, in the server's words: what is wrong, and what to do. */
export class ServerError extends Error {
  constructor(message, todo = "", status = 0) {
    super(message);
    this.todo = todo;
    this.status = status;
  }
}
