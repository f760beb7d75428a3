/** A text with what is named in it. */

import { element } from "../dom.js";
import { hue } from "./hues.js";

export function entitiesPart(results) {
  const [result] = results;
  const { entities } = result;
  if (results.length !== 1 || !Array.isArray(entities)) return null;
  const field = ["text", ...Object.keys(result)].find((name) => fits(result[name], entities));
  if (!field) return null;
  const types = Map.groupBy(entities, ({ type }) => type);
  return {
    element: element(
      "div",
      {},
      element("p", { class: "marked", dir: "auto" }, ...marked([...result[field]], entities)),
      legend(types),
    ),
    summary: entities.map(({ type, text }) => `${text}: ${type}`).join(", ") || "Nothing named",
    fields: ["entities", "labels", "tokens", field],
  };
}

/** Places count characters, of which JavaScript's strings may have two for one. */
function fits(text, entities) {
  if (typeof text !== "string") return false;
  const characters = [...text];
  return entities.every(({ start, stop, text: said }) => characters.slice(start, stop).join("") === said);
}

function marked(characters, entities) {
  const parts = [];
  let end = 0;
  for (const { type, start, stop } of [...entities].sort((a, b) => a.start - b.start || b.stop - a.stop)) {
    if (start < end) continue;
    parts.push(characters.slice(end, start).join(""));
    parts.push(mark(characters.slice(start, stop).join(""), type));
    end = stop;
  }
  return [...parts, characters.slice(end).join("")];
}

function mark(text, type) {
  return element("mark", { style: { "--hue": hue(type) } }, element("bdi", {}, text), " ", element("small", {}, type));
}

function legend(types) {
  if (types.size === 0) return element("p", { class: "note" }, "Nothing is named in it.");
  const counts = [...types].map(([type, members]) =>
    element(
      "li",
      { style: { "--hue": hue(type) } },
      element("span", { class: "dot", "aria-hidden": "true" }),
      `${type} ${members.length}`,
    ),
  );
  return element("ul", { class: "legend" }, ...counts);
}
