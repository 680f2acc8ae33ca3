/* Names and reach: what the theme and Django's own scripts leave without a name for those who hear the page, or beyond
   the keyboard. Everything here only adds to what stands in the page; without it all still works by pointer. */
"use strict";

(() => {
  const SCROLLS = ".scroll, .overflow-x-auto, .overflow-auto";
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";

  const OPENERS = [
    // what its expression speaks of, its name where a sign stands for it, and what it opens
    ["sidebarMobileOpen", "Menu", "#nav-sidebar"],
    ["sidebarDesktopOpen", "Menu beside the page", null],
    ["openUserLinks", "Your account", "nav"],
    ["filterOpen", null, "#changelist-filter"],
    ["openTabsDropdown", "More", null],
    ["openTheme", "Light or dark", null],
    ["openModal", "Close", null],
    ["showPassword", "Show the password", null],
  ];
  const SIGNS = { add: "Add", arrow_back: "Back", close: "Close", event_available: "First page", more_vert: "More" };
  /** Signs and headings that the theme lets one click without being buttons. */
  const CLICKED = "[x-on\\:click]:not(a[href], button, input, label, select, summary, #changelist-filter-close)";

  /** The element that names a field: its label, else what its own attribute says. */
  function nameOf(field) {
    const label = field.id ? document.querySelector(`label[for="${CSS.escape(field.id)}"]`) : null;
    return (label ? label.textContent : field.getAttribute("aria-label") || "").replace("*", "").trim();
  }

  /** The fields in which one chooses from a list that is searched stand in no label, and take no attribute over. */
  function nameChoices() {
    for (const box of document.querySelectorAll(".select2-container")) {
      const select = box.previousElementSibling;
      const name = select instanceof HTMLSelectElement ? nameOf(select) : "";
      if (!name) continue;
      const shown = box.querySelector(".select2-selection__rendered");
      const combobox = box.querySelector(".select2-selection[role=combobox]");
      for (const part of [shown, combobox, box.querySelector(".select2-search__field")]) {
        if (part === null || part.tagName === "UL") continue;
        const chosen = part.classList.contains("select2-search__field") ? "" : shown.textContent.trim();
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", chosen ? `${name}: ${chosen}` : name);
      }
      for (const part of box.querySelectorAll("ul > span")) part.setAttribute("role", "listitem");
    }
  }

  /** The box in which one types what to find opens elsewhere in the page. */
  function nameSearch(event) {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || !box.matches(".select2-search__field")) return;
    if (!box.hasAttribute("aria-label")) box.setAttribute("aria-label", "Find");
  }

  /** What can be scrolled by a pointer alone becomes a stop of the Tab key, as long as there is something to scroll. */
  function reachScrolled() {
    for (const box of document.querySelectorAll(SCROLLS)) {
      const hidden = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
      const inner = box.querySelector(FOCUSABLE) !== null;
      if (hidden && !inner) {
        box.tabIndex = 0;
        if (!box.hasAttribute("role")) box.setAttribute("role", "group");
        if (!box.hasAttribute("aria-label")) box.setAttribute("aria-label", "More to the side");
      } else if (box.tabIndex === 0 && !inner) {
        box.removeAttribute("tabindex");
      }
    }
  }

  /** What can be clicked is a button: the Tab key stops there, Enter and the space bar press it. */
  function reachClicked() {
    for (const part of document.querySelectorAll(CLICKED)) {
      if (part.querySelector(FOCUSABLE) !== null) continue;
      const [, name] = openerOf(part);
      part.tabIndex = 0;
      part.setAttribute("role", "button");
      if (name && !part.hasAttribute("aria-label")) part.setAttribute("aria-label", name);
    }
    for (const sign of document.querySelectorAll(".material-symbols-outlined:not([role], a, button)")) {
      const word = sign.textContent.trim();
      const pressed = sign.closest("a, button, [role=button]");
      if (pressed !== null && pressed.textContent.trim() === word && !pressed.hasAttribute("aria-label")) {
        pressed.setAttribute("aria-label", pressed.title || SIGNS[word] || word.replaceAll("_", " "));
      }
      sign.setAttribute("aria-hidden", "true"); // else the sign's own word is read aloud
    }
  }

  function openerOf(part) {
    const act = part.getAttribute("x-on:click");
    return OPENERS.find(([word]) => act.includes(word)) || [null, null, null];
  }

  /** Press by keyboard, and go on in what that opened, wherever in the page it stands. */
  function press(event) {
    const part = event.target;
    if (!(part instanceof Element) || !part.hasAttribute("x-on:click")) return;
    if (event.key !== "Enter" && event.key !== " ") return;
    if (part.matches(CLICKED)) {
      event.preventDefault();
      part.click();
    }
    const [, , opened] = openerOf(part);
    if (opened === null) return;
    window.setTimeout(() => {
      const within = opened === "nav" ? part.parentElement.querySelector("nav") : document.querySelector(opened);
      const first = within && [...within.querySelectorAll(FOCUSABLE)].find((each) => each.checkVisibility());
      if (first) first.focus();
    }, 50); // the theme shows it in its own next turn
  }

  /** The theme hides the page until its scripts ran, and a browser gives no focus to what is hidden. */
  function focusFirst() {
    const first = document.querySelector("[autofocus]");
    if (first !== null && document.activeElement === document.body) first.focus();
  }

  /** A letter typed in a list of choices chooses there: the theme would take it for one of its shortcuts. */
  function keepLetters(event) {
    if (event.target instanceof HTMLSelectElement && event.key.length === 1) event.stopPropagation();
  }

  function all() {
    nameChoices();
    reachClicked();
    for (const sign of document.querySelectorAll("span.help-tooltip[aria-label]")) sign.setAttribute("role", "img");
    reachScrolled();
  }

  window.addEventListener("load", () => {
    focusFirst();
    window.setTimeout(all); // after what others do at this event
    new ResizeObserver(reachScrolled).observe(document.body);
    document.addEventListener("formset:added", () => window.setTimeout(all));
    document.addEventListener("focusin", nameSearch);
    document.addEventListener("keydown", press);
    document.addEventListener("keydown", keepLetters);
    if (window.django && window.django.jQuery) {
      window.django.jQuery(document).on("change", "select", () => window.setTimeout(nameChoices));
    }
  });
})();
