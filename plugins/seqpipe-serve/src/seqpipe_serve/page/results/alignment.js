/** A translation, and which words of the source each of its pieces looked at. */

import { element, shape } from "../dom.js";

const LEAST = 0.08; // attention below this is not drawn
const PUNCTUATION = /^\p{P}+$/u;
const START = "▁"; // begins a word, in the pieces of byte-pair encoding

export function alignmentPart(results) {
  const [{ text, tokens, source, attention }] = results;
  if (results.length !== 1 || !isAttention(tokens, source, attention)) return null;
  const words = joined(tokens, attention);
  return {
    element: element(
      "div",
      {},
      text === undefined ? null : element("p", { class: "said", dir: "auto" }, text),
      words.length ? drawing(source, words) : null,
    ),
    summary: text ?? "",
    fields: ["text", "input.text", "tokens", "source", "attention"],
  };
}

function isAttention(tokens, source, attention) {
  return [tokens, source, attention].every(Array.isArray) && attention.length === tokens.length;
}

/** Put the pieces of a word together; it looked at what the most attentive of them did. */
function joined(tokens, attention) {
  const words = [];
  tokens.forEach((token, index) => {
    const letters = token.replaceAll(START, "");
    if (words.length && !token.startsWith(START) && !PUNCTUATION.test(letters)) {
      const last = words.at(-1);
      last.text += letters;
      last.weights = last.weights.map((weight, place) => Math.max(weight, attention[index][place]));
    } else {
      words.push({ text: letters, weights: [...attention[index]] });
    }
  });
  return words;
}

/** Two rows of words with lines between them; a word that is pointed at shows its own lines. */
function drawing(source, words) {
  const above = source.map((text) => element("span", { class: "word" }, text));
  const below = words.map(({ text }) => element("span", { class: "word", tabindex: "0" }, text));
  const lines = shape("svg", { class: "links", "aria-hidden": "true" });
  const figure = element(
    "div",
    {
      class: "alignment",
      role: "group",
      "aria-label": "Alignment: which words each word of the translation comes from",
    },
    element("div", { class: "row source", lang: "und" }, ...above),
    lines,
    element("div", { class: "row target" }, ...below),
  );
  below.forEach((word, index) => {
    const from = looked(words[index].weights).map(({ place }) => source[place]);
    word.setAttribute("aria-label", `${words[index].text}, from ${from.join(", ") || "nothing"}`);
    word.setAttribute("role", "note");
    const light = (on) => () => choose(figure, on ? index : null);
    for (const [event, on] of [
      ["pointerenter", true],
      ["pointerleave", false],
      ["focus", true],
      ["blur", false],
    ]) {
      word.addEventListener(event, light(on));
    }
  });
  new ResizeObserver(() => connect(figure, lines, above, below, words)).observe(figure);
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Alignment" }, figure);
}

function looked(weights) {
  return weights
    .map((weight, place) => ({ weight, place }))
    .filter(({ weight }) => weight >= LEAST)
    .sort((a, b) => b.weight - a.weight);
}

function connect(figure, lines, above, below, words) {
  const box = lines.getBoundingClientRect();
  lines.setAttribute("viewBox", `0 0 ${box.width} ${box.height}`);
  const middle = (word) => {
    const { left, width } = word.getBoundingClientRect();
    return left + width / 2 - box.left;
  };
  const paths = words.flatMap(({ weights }, index) =>
    looked(weights).map(({ weight, place }) => {
      const [from, to] = [middle(above[place]), middle(below[index])];
      const half = box.height / 2;
      const d = `M${from} 0C${from} ${half} ${to} ${half} ${to} ${box.height}`;
      return shape("path", { d, "data-word": index, "data-place": place, style: { "--weight": weight } });
    }),
  );
  lines.replaceChildren(...paths);
}

function choose(figure, chosen) {
  figure.classList.toggle("chosen", chosen !== null);
  const places = new Set();
  for (const path of figure.querySelectorAll("path")) {
    const on = Number(path.dataset.word) === chosen;
    path.classList.toggle("on", on);
    if (on) places.add(Number(path.dataset.place));
  }
  figure.querySelectorAll(".source .word").forEach((word, place) => word.classList.toggle("on", places.has(place)));
}
