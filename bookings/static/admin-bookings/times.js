/* Rows of times: one more, and one less. Without it the page has some blank ones. */
for (const times of document.querySelectorAll("[data-times]")) {
  const row = (span) => {
    const input = span.querySelector("input");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "button";
    remove.textContent = "Remove";
    remove.addEventListener("click", () => {
      const inputs = times.querySelectorAll("input");
      if (inputs.length === 1) {
        input.value = "";
        input.focus();
        return;
      }
      span.remove();
      number();
      times.querySelector("input").focus();
    });
    span.append(remove);
  };
  const number = () => {
    times.querySelectorAll("input").forEach((input, place) => {
      input.setAttribute("aria-label", `Start ${place + 1}`);
      input.nextElementSibling.setAttribute("aria-label", `Remove start ${place + 1}`);
    });
  };
  const more = document.createElement("button");
  more.type = "button";
  more.className = "button";
  more.textContent = "Add a time";
  more.addEventListener("click", () => {
    const span = times.querySelector(".time").cloneNode(true);
    span.querySelector("button").remove();
    const input = span.querySelector("input");
    input.removeAttribute("id");
    input.value = "";
    row(span);
    more.before(span);
    number();
    input.focus();
  });
  times.querySelectorAll(".time").forEach(row);
  times.append(more);
  number();
}
