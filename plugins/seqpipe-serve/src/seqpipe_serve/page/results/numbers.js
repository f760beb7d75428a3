/** How numbers are written. */

const SHARE = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const PLAIN = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });

/** Return a share between 0 and 1 as per cent; what is nearly none or nearly all does not look like it. */
export function percent(share) {
  if (share > 0 && share < 0.001) return "< 0.1%";
  if (share < 1 && share > 0.999) return "> 99.9%";
  return SHARE.format(share);
}

/** Return a number with four digits that count. */
export function plain(value) {
  if (Number.isInteger(value)) return WHOLE.format(value);
  return PLAIN.format(value);
}

/** Return how long something took. */
export function duration(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Return seconds as minutes and seconds. */
export function clock(seconds) {
  const whole = Math.floor(seconds / 60);
  return `${whole}:${(seconds - whole * 60).toFixed(1).padStart(4, "0")}`;
}
