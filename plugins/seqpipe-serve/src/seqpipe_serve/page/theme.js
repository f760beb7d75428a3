// Runs before the page is drawn, so that it never flashes in the other colours.
"use strict";

(() => {
  const KEY = "seqpipe.theme";
  const root = document.documentElement;

  const stored = () => {
    try {
      return localStorage.getItem(KEY) ?? "auto";
    } catch {
      return "auto"; // a browser that keeps nothing follows the system
    }
  };

  const choose = (theme) => {
    root.dataset.theme = theme;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // then it holds until the page is left
    }
  };

  root.dataset.theme = stored();
  addEventListener("DOMContentLoaded", () => {
    const chosen = document.querySelector(`#theme input[value="${root.dataset.theme}"]`);
    if (chosen) chosen.checked = true;
    document.getElementById("theme").addEventListener("change", (event) => choose(event.target.value));
  });
})();
