/** The colours of types and labels: a type has the same one in each answer. */

const HUES = [255, 150, 60, 300, 215, 5, 95, 275, 130, 335, 195, 30];
const USUAL = ["PER", "LOC", "ORG", "MIS"];

/** Return the hue of a type, in degrees of OKLCH: people blue, places green, organisations orange, the rest of the usual four purple. */
export function hue(type) {
  const usual = USUAL.indexOf(type.toUpperCase().slice(0, 3));
  return HUES[usual >= 0 ? usual : USUAL.length + (crc32(type) % (HUES.length - USUAL.length))];
}

/** Return hues for labels that stand together: different ones, as long as there are enough. */
export function hues(labels) {
  return new Map([...new Set(labels)].sort().map((label, index) => [label, HUES[index % HUES.length]]));
}

function crc32(text) {
  let sum = ~0;
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
