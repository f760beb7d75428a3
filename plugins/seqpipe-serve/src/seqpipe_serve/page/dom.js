/** Elements without templates: whatever comes from a server becomes text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an element, such as `element("p", {class: "note"}, "Hello ", element("b", {}, "you"))`.
 * A property that is a function is a listener (`onclick`); `style` is a mapping; true is an empty attribute; false,
 * null and undefined are none.
 */
export function element(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** Return an element of SVG. */
export function shape(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

/** Return a button. */
export function button(label, onclick, properties = {}) {
  return element("button", { type: "button", onclick, ...properties }, label);
}

/** Say something to those who listen to the page rather than see it. */
export function announce(text) {
  document.getElementById("status").textContent = text;
}

function filled(made, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, item] of Object.entries(value)) made.style.setProperty(key, item);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}
