// What every page has; the board and the story are in files of their own.
import { board } from "./board.js";
import { keys } from "./keys.js";
import { story } from "./story.js";
import { get, set } from "./keep.js";

const THEMES = ["", "light", "dark"];

function theme() {
  const button = document.querySelector("#theme");
  const say = () => {
    button.lastElementChild.textContent = get("theme") || "auto";
  };
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(get("theme")) + 1) % THEMES.length];
    set("theme", next);
    if (next) document.documentElement.dataset.theme = next;
    else delete document.documentElement.dataset.theme;
    say();
  });
  say();
}

document.querySelector(".tools").hidden = false;
theme();
board();
story();
keys();
