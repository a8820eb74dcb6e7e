// A story's page: what can be copied, a stretch of the curve to look at closely, and newer figures
// when a slice has closed and nobody reads here.
import { listen } from "./live.js";

const LEAST_PX = 8; // a shorter drag was a click

export function story() {
  const told = document.querySelector("article.telling");
  if (!told) return;
  share();
  closer();
  if (!told.dataset.stream) return;
  listen(told.dataset.stream, {
    board(event) {
      // the first one is what stands here, unless a slice closed while the page came
      const shown = document.querySelector("article.telling").dataset.at;
      if (event.at !== shown || event.revised) newer(event.revised);
    },
    source() {},
    lost() {},
  });
}

function share() {
  const [copy, quote, frame] = ["#copy", "#quote", "#frame"].map((one) => document.querySelector(one));
  if (!copy) return;
  frame.value = frame.defaultValue.replace('src="/', `src="${location.origin}/`);
  const link = new URL(document.querySelector(".share").dataset.address, location).href;
  const sentence = `${quote.dataset.quote.replace(/\s+/g, " ").trim()} ${link}`;
  copies(copy, link, "The link is copied.");
  copies(quote, sentence, "The sentence is copied.");
}

function copies(button, text, done) {
  const copied = document.querySelector("#copied");
  button.hidden = false;
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = done;
    } catch {
      copied.textContent = text; // to copy by hand, where the browser does not let us
    }
  };
}

// Drawing over the curve with a mouse or a pen shows that stretch; fingers scroll, and have links.
function closer() {
  const curve = document.querySelector("#curve .big.wide");
  if (!curve) return;
  const { begin, end, left, right } = curve.dataset;
  const box = document.createElementNS(curve.namespaceURI, "rect");
  box.setAttribute("class", "drawn");
  const at = (event) => {
    const x = curve.createSVGPoint();
    x.x = event.clientX;
    const here = x.matrixTransform(curve.getScreenCTM().inverse()).x;
    return Math.max(Number(left), Math.min(Number(right), here));
  };
  const time = (x) => (Number(begin) + ((x - left) / (right - left)) * (end - begin)) / 1_000;
  curve.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button !== 0) return;
    event.preventDefault();
    curve.setPointerCapture(event.pointerId);
    const [from, first] = [at(event), event.clientX];
    const drawing = new AbortController();
    const { signal } = drawing;
    const draw = (now) => {
      const [low, high] = [Math.min(from, at(now)), Math.max(from, at(now))];
      for (const [name, value] of Object.entries({ x: low, y: 0, width: high - low, height: "100%" })) {
        box.setAttribute(name, value);
      }
      curve.append(box);
    };
    const over = (now) => {
      drawing.abort();
      box.remove();
      if (now.type === "pointercancel" || Math.abs(now.clientX - first) < LEAST_PX) return;
      const [since, until] = [from, at(now)].sort((a, b) => a - b).map((x) => new Date(time(x)));
      const span = new URLSearchParams({ since: since.toISOString(), until: until.toISOString() });
      location.assign(`${location.pathname}?${span}#curve`);
    };
    curve.addEventListener("pointermove", draw, { signal });
    for (const end of ["pointerup", "pointercancel"]) curve.addEventListener(end, over, { signal });
  });
}

async function newer(now) {
  const told = document.querySelector("article.telling");
  const used = told.contains(document.activeElement) || told.querySelector("details[open]");
  const marked = !getSelection().isCollapsed;
  if (!now && (used || marked)) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.querySelector("article");
  if (!next) return;
  told.replaceWith(document.adoptNode(next)); // made and escaped by the server
  document.querySelector("#head").replaceWith(document.adoptNode(page.querySelector("#head")));
  share();
  closer();
}
