// The live board: rows made by the server, an order that never jumps away under the reader.
// While the order is held, the figures of the rows that stand go on.
import { age, listen } from "./live.js";

const REACH_MS = 600; // time for the pointer to get from a row to the button
const MOVE_MS = 350;

export function board() {
  const rows = document.querySelector("#rows");
  if (!rows) return;
  const [head, troubles, lost, pause, apply, said] = [
    "#head", "#troubles", "#lost", "#pause", "#apply", "#said",
  ].map((name) => document.querySelector(name));
  document.querySelector(".controls").hidden = false;
  let waiting = null;
  let paused = false;
  let stopAge = age(head);

  const list = () => [...rows.querySelectorAll("[data-id]")];
  const reading = () => scrollY > 0 && rows.getBoundingClientRect().top < 0;
  const held = () =>
    rows.matches(":hover") ||
    apply.matches(":hover") || // on the way to it, and until it was pressed
    rows.contains(document.activeElement) ||
    reading();

  function fragment(html) {
    const made = document.createElement("template");
    made.innerHTML = html; // made and escaped by the server
    return made.content;
  }

  const same = (one, other) =>
    one.childNodes.length === other.childNodes.length &&
    [...one.childNodes].every((node, i) => node.isEqualNode(other.childNodes[i]));

  function show(event) {
    waiting = null;
    apply.hidden = true;
    const next = fragment(event.html);
    if (same(rows, next)) return; // as the first event is, of the board that the page came with
    const before = new Map(list().map((row) => [row.dataset.id, row.getBoundingClientRect().top]));
    const focused = document.activeElement?.closest?.("[data-id]")?.dataset.id;
    rows.replaceChildren(next);
    if (focused) list().find((row) => row.dataset.id === focused)?.querySelector("a")?.focus();
    move(before);
    const first = event.stories[0];
    if (first && first.title !== said.dataset.first) {
      said.dataset.first = first.title;
      said.textContent = `Now first: ${first.title}`;
    }
  }

  function move(before) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const row of list()) {
      const was = before.get(row.dataset.id);
      const by = was === undefined ? 0 : was - row.getBoundingClientRect().top;
      if (was === undefined) row.animate([{ opacity: 0 }, { opacity: 1 }], MOVE_MS);
      else if (by) {
        const way = [{ transform: `translateY(${by}px)` }, { transform: "none" }];
        row.animate(way, { duration: MOVE_MS, easing: "ease-out" });
      }
    }
  }

  function figures(event) {
    const made = fragment(event.html);
    const next = new Map(
      [...made.querySelectorAll("[data-id]")].map((row) => [row.dataset.id, row]),
    );
    const learned = made.querySelector(".learning");
    if (learned) rows.querySelector(".learning")?.replaceWith(learned);
    for (const row of list()) {
      row.classList.toggle("gone", !next.has(row.dataset.id)); // its figures stand still
      for (const part of row.querySelectorAll("[data-part]")) {
        if (part.dataset.part === "rank") continue; // it goes with the order
        const now = next.get(row.dataset.id)?.querySelector(`[data-part=${part.dataset.part}]`);
        if (now && !now.isEqualNode(part)) part.replaceWith(now);
      }
    }
  }

  function changes(event) {
    const now = list().map((row) => row.dataset.id);
    const next = event.stories.map((one) => one.id);
    const gone = now.slice(next.length).length;
    return next.filter((id, i) => now[i] !== id).length + gone;
  }

  function hold(event) {
    waiting = event;
    const count = changes(event);
    apply.hidden = count === 0;
    apply.textContent = count === 1 ? "1 change" : `${count} changes`;
    if (!paused) figures(event);
  }

  const free = () => waiting && !paused && !held();
  const settle = () => setTimeout(() => free() && show(waiting), REACH_MS);
  apply.addEventListener("click", () => waiting && show(waiting));
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    settle();
  });
  for (const place of [rows, apply]) place.addEventListener("mouseleave", settle);
  rows.addEventListener("focusout", settle);
  document.addEventListener("scrollend", settle);

  listen(rows.dataset.stream, {
    board(event) {
      stopAge();
      head.innerHTML = event.head; // made and escaped by the server
      stopAge = age(head);
      // what was taken back goes at once, under a pointer as well
      if ((paused || held()) && !event.revised) hold(event);
      else show(event);
    },
    source(event) {
      troubles.innerHTML = event.html; // made and escaped by the server
    },
    lost(is) {
      if (is && lost.hidden) said.textContent = lost.textContent;
      lost.hidden = !is;
    },
  });
}
