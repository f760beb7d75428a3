/** A field for the token that the server wants. */

import { button, element } from "./dom.js";

/** Return the form; `again` is called when a token was given. */
export function tokenForm(client, again) {
  const field = element("input", {
    id: "token",
    type: "password",
    autocomplete: "current-password",
    required: true,
    spellcheck: "false",
    "aria-describedby": "token-note",
  });
  const submit = (event) => {
    event.preventDefault();
    client.authorize(field.value.trim());
    again();
  };
  return element(
    "form",
    { class: "card token", onsubmit: submit },
    element("label", { for: "token" }, "Token"),
    element(
      "div",
      { class: "row" },
      field,
      button("Go on", () => {}, { type: "submit", class: "main" }),
    ),
    element("p", { id: "token-note", class: "note" }, "It is kept in this tab until you close it."),
  );
}
