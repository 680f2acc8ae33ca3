/* Rows that were added to a table: what takes one away again is a button for the keyboard too. */
"use strict";

(() => {
  function reach() {
    for (const part of document.querySelectorAll(".delete-template")) {
      part.tabIndex = 0;
      part.setAttribute("role", "button");
      part.setAttribute("aria-label", "Remove this row");
    }
  }

  document.addEventListener("keydown", (event) => {
    const part = event.target;
    if (!(part instanceof Element) || !part.matches(".delete-template")) return;
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const add = part.closest(".formset-wrapper").querySelector(".add-row");
    part.click();
    if (add) add.focus();
  });
  window.addEventListener("load", reach);
  document.addEventListener("formset:added", (event) => {
    reach();
    const first = event.target.querySelector("select, input:not([type=hidden])");
    if (first) first.focus();
  });
})();
