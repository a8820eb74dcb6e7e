// Keys of one letter: off where a reader says so, and never while something is written.
import { get, set } from "./keep.js";

const WRITES = "input:not([type=checkbox]), textarea, select, [contenteditable]";

export function keys() {
  const dialog = document.querySelector("#keys");
  const on = document.querySelector("#keys-on");
  on.checked = get("keys") !== "off";
  on.addEventListener("change", () => set("keys", on.checked ? "" : "off"));
  document.querySelector("#help").addEventListener("click", () => dialog.showModal());

  const links = () => [...document.querySelectorAll(".story h2 a")];
  const go = (step) => {
    const all = links();
    const here = all.indexOf(document.activeElement);
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step;
    all[Math.max(0, Math.min(all.length - 1, next))]?.focus();
  };
  const press = (name) => {
    const button = document.querySelector(name);
    if (button && !button.hidden) button.click();
  };
  const does = {
    j: () => go(1),
    k: () => go(-1),
    p: () => press("#pause"),
    ".": () => press("#apply"),
    "?": () => dialog.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const action = does[event.key];
    if (!action || !on.checked || dialog.open || event.target.closest(WRITES)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });
}
