/* The calendar. The server sends the practice's wall clock without offsets and reads it back so; what each session's
   real instant is, which moves are possible and which times are open, it alone decides. */
(() => {
  "use strict";
  const root = document.getElementById("calendar");
  if (!root) return;
  const { business, zone, mayAdd } = root.dataset;
  const choice = document.getElementById("calendar-choice");
  const dialog = document.getElementById("calendar-dialog");
  const narrow = window.matchMedia("(max-width: 767px)");
  const VIEWS = { day: "timeGridDay", week: "timeGridWeek", month: "dayGridMonth", list: "listWeek", people: "people" };
  const NAMES = Object.fromEntries(Object.entries(VIEWS).map(([name, type]) => [type, name]));
  const STATUSES = Object.fromEntries(
    [...document.querySelectorAll("#calendar-legend [data-status]")].map((row) => [
      row.dataset.status,
      { mark: row.querySelector("b").textContent, label: row.querySelector("span").textContent },
    ])
  );
  const MOST_A_DAY = 4; // sessions of one day of a month; the rest is behind a link
  let returning = false; // while the address is being followed, not written
  let focused = ""; // the booking to which the focus goes back

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  /* The address: view, day and filters. */
  const filters = () => {
    const said = new URLSearchParams({ business });
    for (const [name, value] of new FormData(choice)) if (name !== "business") said.append(name, value);
    return said;
  };
  const address = () => {
    const said = filters();
    said.set("view", NAMES[calendar.view.type]);
    said.set("date", day(calendar.getDate()));
    return `?${said}`;
  };
  const day = (date) => calendar.formatIso(date, true).slice(0, 10);
  const note = () => {
    if (!returning && address() !== location.search) history.pushState(null, "", address());
    follow();
  };
  const follow = () => {
    for (const pick of choice.querySelectorAll(".pick")) {
      const ticked = [...pick.querySelectorAll("input:checked")].map((box) => box.parentElement.textContent.trim());
      const names = ticked.length > 2 ? `${ticked.length} chosen` : ticked.join(", ");
      pick.querySelector("summary").textContent = names ? `${pick.dataset.some}: ${names}` : pick.dataset.all;
    }
    const add = document.getElementById("calendar-add");
    if (add) add.href = adding();
  };
  const adding = (start) => {
    const chosen = filters();
    const said = new URLSearchParams({ business });
    for (const name of ["consultant", "resource"]) {
      const all = chosen.getAll(name);
      if (all.length === 1) said.set(name, all[0]);
    }
    if (start) said.set("starts_at", start);
    return `${root.dataset.add}?${said}`;
  };

  /* What is said to whoever looks or listens. */
  const say = (words, label, act) => {
    const line = document.getElementById("calendar-said");
    line.replaceChildren(words);
    if (!act) return;
    const button = element("button", "button", label);
    button.type = "button";
    button.addEventListener("click", act);
    line.append(" ", button);
  };
  const fail = (words) => {
    const line = document.getElementById("calendar-failed");
    line.hidden = !words;
    line.textContent = words;
  };
  const ask = (title, words, buttons) => {
    document.getElementById("calendar-dialog-title").textContent = title;
    document.getElementById("calendar-dialog-words").textContent = words;
    const row = document.getElementById("calendar-dialog-choices");
    row.replaceChildren();
    for (const [label, act] of buttons) {
      const button = element("button", "button", label);
      button.type = "button";
      button.addEventListener("click", () => {
        dialog.close();
        act();
      });
      row.append(button);
    }
    dialog.showModal();
  };
  document.getElementById("calendar-dialog-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => refocus());
  const refocus = () => {
    const link = focused && root.querySelector(`a[href="${CSS.escape(focused)}"]`);
    if (link && (document.activeElement === document.body || document.activeElement === null)) link.focus();
  };

  /* What is drawn. */
  const read = async (response) => {
    if (response.redirected) {
      location.reload(); // logged out meanwhile
      return new Promise(() => {});
    }
    if (!(response.headers.get("Content-Type") || "").includes("json")) throw new Error(String(response.status));
    return response.json();
  };
  const load = async (range, done, failed) => {
    const said = filters();
    said.set("start", range.startStr.slice(0, 10));
    said.set("end", range.endStr.slice(0, 10));
    try {
      const response = await fetch(`${root.dataset.events}?${said}`, { headers: { Accept: "application/json" } });
      const found = await read(response);
      if (!response.ok) throw new Error(found.words);
      fail(found.more ? `Only the first ${found.more} sessions are shown. Choose a shorter time, or whose.` : "");
      const month = calendar.view.type === "dayGridMonth";
      done([...(month ? shortened(found.events) : found.events.map(session)), ...ground(found, range)]);
    } catch (error) {
      fail("The calendar could not be loaded. Turn the page, or reload it, to try again.");
      failed(error);
    }
  };
  const session = (event) => ({
    ...event,
    classNames: ["session", `status-${event.status}`, event.editable ? "movable" : "standing"],
  });
  /* Of a month, a day's first sessions and how many more there are: a full year has thousands on one page. */
  const shortened = (events) => {
    const days = new Map();
    for (const each of events) {
      const date = each.start.slice(0, 10);
      if (!days.has(date)) days.set(date, []);
      days.get(date).push(each);
    }
    return [...days].flatMap(([date, all]) => {
      if (all.length <= MOST_A_DAY) return all.map(session);
      const said = filters();
      said.set("view", "day");
      said.set("date", date);
      const last = { start: `${date}T23:58:00`, end: `${date}T23:59:00` };
      const more = { ...last, title: `${all.length - MOST_A_DAY + 1} more`, url: `?${said}`, more: date };
      return [...all.slice(0, MOST_A_DAY - 1).map(session), { ...more, editable: false, classNames: ["more"] }];
    });
  };
  const ground = ({ open, changes }, range) => {
    const month = calendar.view.type === "dayGridMonth";
    const behind = (each, className) => ({ ...each, display: "background", classNames: [className] });
    if (month) return closedDays(open, range).map((date) => ({ ...behind({ start: date }, "closed"), allDay: true }));
    return [
      ...open.map((each) => behind(each, "open")),
      ...changes.map((each) => behind({ start: each.start, end: each.end, title: each.words }, "change")),
    ];
  };
  const closedDays = (open, range) => {
    const found = [];
    for (let at = Date.parse(`${range.startStr.slice(0, 10)}T00:00Z`); ; at += 86400000) {
      const date = new Date(at).toISOString().slice(0, 10);
      if (date >= range.endStr.slice(0, 10)) return found;
      const next = new Date(at + 86400000).toISOString().slice(0, 10);
      if (!open.some((each) => each.start < `${next}T00:00:00` && each.end > `${date}T00:00:00`)) found.push(date);
    }
  };
  const words = (event) => {
    const { hours, service, whose, status } = event.extendedProps;
    return `${hours}, ${event.title}, ${service}, ${whose}, ${STATUSES[status]?.label ?? status}`;
  };
  const line = (...parts) => {
    const made = element("div", "line");
    made.append(...parts);
    return { domNodes: [made] };
  };
  const draw = ({ event, view, timeText, isMirror }) => {
    if (event.display === "background") return event.title ? line(element("small", "", event.title)) : line();
    const { hours, service, whose, status, repeated, more } = event.extendedProps;
    if (more) return line(element("span", "name", event.title));
    const { mark, label } = STATUSES[status] ?? { mark: "", label: status ?? "" };
    const name = element("span", "name", event.title);
    const sign = element("b", "mark", mark);
    if (isMirror && !status) return line(element("span", "time", timeText));
    const time = element("span", "time", isMirror ? timeText : view.type === "dayGridMonth" ? hours.split(" – ")[0] : hours);
    if (view.type === "dayGridMonth") return line(sign, time, name);
    const detail = element("span", "detail", `${service} · ${whose}`);
    if (view.type.startsWith("list")) {
      const link = element("a");
      link.href = event.url;
      if (event.startEditable) link.setAttribute("aria-describedby", "calendar-hint");
      if (repeated) link.append(element("span", "time", hours), " ");
      link.append(name, " ", detail, " ", element("span", "label", `${mark} ${label}`));
      return line(link);
    }
    time.prepend(`${mark} `);
    return line(time, name, element("span", "label", label), detail);
  };
  const mounted = ({ event, el, view, isMirror }) => {
    if (event.display === "background" || isMirror || event.extendedProps.more) return;
    el.title = words(event);
    if (view.type.startsWith("list")) return; // a row, and the link in it says what it is
    el.setAttribute("aria-label", words(event));
    if (event.startEditable) el.setAttribute("aria-describedby", "calendar-hint");
  };

  /* By consultant and resource: a day, one column each. */
  const byHost = (props) => {
    const columns = new Map();
    const found = FullCalendar.sliceEvents(props, true);
    found.sort((one, other) => one.instance.range.start - other.instance.range.start);
    for (const { def } of found) {
      const { hosts, status, hours, service } = def.extendedProps;
      if (!status) continue;
      const { mark, label } = STATUSES[status];
      for (const host of hosts.length ? hosts : ["Anyone"]) {
        const entry = element("a", `session status-${status}`);
        entry.href = def.url;
        const shown = [element("span", "time", hours), " ", element("span", "name", def.title)];
        entry.append(...shown, element("span", "detail", service), element("span", "label", `${mark} ${label}`));
        columns.set(host, [...(columns.get(host) ?? []), entry]);
      }
    }
    const names = [...columns.keys()].sort((one, other) => one.localeCompare(other));
    const made = names.map((name) => {
      const column = element("section", "host");
      column.append(element("h3", "", name), ...columns.get(name));
      return column;
    });
    const row = element("div", "hosts");
    row.append(...(made.length ? made : [element("p", "", "No sessions on this day.")]));
    return { domNodes: [row] };
  };

  /* Moving a session. */
  const send = async (event, answers, back) => {
    const { id, title } = event;
    focused = event.url;
    say(`Moving ${title} …`);
    const body = new URLSearchParams({ zone, ...answers });
    const headers = { "X-CSRFToken": document.querySelector("#calendar-token input").value, Accept: "application/json" };
    const address = root.dataset.drop.replace("/0/", `/${id}/`);
    let told;
    try {
      const response = await fetch(address, { method: "POST", body, headers });
      told = await read(response);
      if (response.ok) return moved(event, told);
    } catch {
      told = { kind: "failed", words: "The server did not answer as it should. Nothing is known to have moved." };
    }
    back();
    say("");
    refused(event, answers, told);
  };
  const moved = (event, told) => {
    say(told.words, "Move it back", () => send(event, { to: told.back, seen: told.seen }, () => {}));
    event.setExtendedProp("seen", told.seen);
    calendar.refetchEvents();
  };
  const refused = (event, answers, told) => {
    const again = (more) => send(event, { ...answers, ...more }, () => {});
    const buttons = (told.next ?? []).map(({ to, words }) => [words, () => again({ to })]);
    if (told.override) buttons.push(["Put it there all the same", () => again({ to: told.override, override: "yes" })]);
    if (told.kind !== "refused" && told.kind !== "which") calendar.refetchEvents();
    const titles = { which: "Which of the two?", stale: "Changed meanwhile" };
    ask(titles[told.kind] ?? "Not moved", told.words, buttons);
    const close = document.getElementById("calendar-dialog-close");
    close.textContent = buttons.length ? "Leave it where it was" : "Close";
    if (told.kind === "refused" && buttons.length) document.getElementById("calendar-dialog-words").append(next(told));
  };
  const next = (told) => (told.next.length ? " Next open times:" : " No other time is open soon.");

  /* The clock on the practice's wall, as far as this device knows its zone. */
  const now = () => {
    const options = { timeZone: zone, hourCycle: "h23", dateStyle: "short", timeStyle: "medium" };
    try {
      return new Intl.DateTimeFormat("sv-SE", options).format(new Date()).replace(" ", "T");
    } catch {
      return root.dataset.now;
    }
  };

  const toolbars = () => {
    const views = Object.values(VIEWS).join(",");
    return narrow.matches
      ? { headerToolbar: { left: "prev,next", center: "title", right: "today" }, footerToolbar: { center: views } }
      : { headerToolbar: { left: "prev,next today", center: "title", right: views }, footerToolbar: false };
  };
  const first = VIEWS[root.dataset.view] ?? (narrow.matches ? VIEWS.list : VIEWS.week);
  const tall = (type) => (type.startsWith("timeGrid") ? Math.max(480, Math.min(820, window.innerHeight - 120)) : "auto");
  const times = { hour: "2-digit", minute: "2-digit", hour12: false };
  const calendar = new FullCalendar.Calendar(root, {
    ...toolbars(),
    timeZone: zone,
    now,
    locale: "en-GB",
    firstDay: 1,
    initialView: first,
    initialDate: root.dataset.date,
    buttonText: { today: "Today", prev: "Before", next: "After" },
    views: {
      timeGridDay: { buttonText: "Day", eventMaxStack: 8 },
      timeGridWeek: { buttonText: "Week", eventMaxStack: 3, dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" } },
      dayGridMonth: { buttonText: "Month" },
      listWeek: { buttonText: "List", noEventsText: "No sessions in this week." },
      people: { buttonText: "Who", duration: { days: 1 }, content: byHost },
    },
    buttonHints: { prev: "Before", next: "After", today: "Today" },
    navLinks: true,
    navLinkDayClick: "timeGridDay",
    allDaySlot: false,
    nowIndicator: true,
    height: tall(first),
    stickyHeaderDates: true,
    slotDuration: "00:15:00", // no coarser than what is snapped to: a drag by the upper half would land one step late
    slotLabelInterval: "01:00:00",
    slotEventOverlap: false,
    eventMinHeight: 22,
    eventTimeFormat: times,
    slotLabelFormat: times,
    scrollTime: "07:00:00",
    dragRevertDuration: 0,
    eventDurationEditable: false,
    selectable: mayAdd === "yes",
    selectMirror: true,
    selectMinDistance: 5,
    unselectAuto: true,
    events: load,
    loading: (busy) => root.setAttribute("aria-busy", String(busy)),
    eventContent: draw,
    eventDidMount: mounted,
    moreLinkDidMount: ({ el }) => el.setAttribute("role", "button"), // it opens what is under it
    eventsSet: () => refocus(),
    datesSet: ({ view }) => {
      const height = tall(view.type);
      if (calendar.getOption("height") !== height) calendar.setOption("height", height);
      note();
    },
    eventClick: ({ event, jsEvent }) => {
      if (!event.extendedProps.more) return;
      jsEvent.preventDefault();
      calendar.changeView(VIEWS.day, event.extendedProps.more);
    },
    eventDrop: ({ event, oldEvent, revert }) =>
      send(event, { to: event.startStr.slice(0, 16), seen: oldEvent.extendedProps.seen }, revert),
    select: ({ startStr, allDay, view }) => {
      if (allDay || view.type === "people") calendar.changeView(VIEWS.day, startStr.slice(0, 10));
      else location.assign(adding(startStr.slice(0, 16)));
    },
  });

  choice.addEventListener("change", (event) => {
    if (event.target.name === "business") return choice.submit();
    note();
    calendar.refetchEvents();
  });
  choice.addEventListener("keydown", (event) => {
    const pick = event.target.closest(".pick");
    if (event.key !== "Escape" || !pick) return;
    pick.open = false;
    pick.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    for (const pick of choice.querySelectorAll(".pick[open]")) if (!pick.contains(event.target)) pick.open = false;
  });
  window.addEventListener("popstate", () => {
    const said = new URLSearchParams(location.search);
    if ((said.get("business") ?? business) !== business) return location.reload();
    for (const box of choice.querySelectorAll("input[type=checkbox]")) {
      box.checked = said.getAll(box.name).includes(box.value);
    }
    returning = true;
    calendar.changeView(VIEWS[said.get("view")] ?? calendar.view.type, said.get("date") ?? now().slice(0, 10));
    returning = false;
    follow();
    calendar.refetchEvents();
  });
  narrow.addEventListener("change", () => {
    for (const [name, value] of Object.entries(toolbars())) calendar.setOption(name, value);
  });
  returning = true;
  calendar.render();
  history.replaceState(null, "", address());
  returning = false;
})();
