/** One to five stars. */

import { element, shape } from "../dom.js";

const STARS = 5;
const OUTLINE =
  "M12 2.600l2.900 6.100 6.600.9-4.800 4.600 1.200 6.600L12 17.600 6.100 20.800l1.200-6.600L2.500 9.600l6.600-.9z";

export function starsPart(results) {
  const { stars } = results[0];
  if (results.length !== 1 || !Number.isInteger(stars) || stars < 1 || stars > STARS) return null;
  const summary = `${stars} of ${STARS} stars`;
  const drawn = Array.from({ length: STARS }, (_, index) =>
    shape(
      "svg",
      { viewBox: "0 0 24 24", class: index < stars ? "on" : null, "aria-hidden": "true" },
      shape("path", { d: OUTLINE }),
    ),
  );
  return {
    element: element("p", { class: "stars", role: "img", "aria-label": summary }, ...drawn),
    summary,
    fields: ["stars"],
  };
}
