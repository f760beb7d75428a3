/** An error as the server says it: what is wrong, and what to do. */

import { element } from "./dom.js";

/** Return a box with the error. */
export function errorBox({ message, todo }) {
  return element(
    "div",
    { class: "error", role: "alert" },
    element("p", {}, message),
    todo ? element("p", { class: "todo" }, todo) : null,
  );
}
