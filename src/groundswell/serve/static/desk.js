// The live board: one EventSource, fragments made by the server, an order that never jumps away
// under the reader's pointer or focus.
const rows = document.querySelector("#rows");
const head = document.querySelector("#head");
const REACH_MS = 600; // time for the pointer to get from a row to the button
if (rows) start();

function start() {
  const pause = document.querySelector("#pause");
  const apply = document.querySelector("#apply");
  const said = document.querySelector("#said");
  document.querySelector(".controls").hidden = false;
  let waiting = null;
  let paused = false;

  const busy = () =>
    paused ||
    rows.matches(":hover") ||
    apply.matches(":hover") || // on the way to it, and until it was pressed
    rows.contains(document.activeElement);

  function show(event) {
    waiting = null;
    apply.hidden = true;
    rows.innerHTML = event.html; // made and escaped by the server
    const first = event.stories[0];
    if (first && first.title !== said.dataset.first) {
      said.dataset.first = first.title;
      said.textContent = `Now first: ${first.title}`;
    }
  }

  function changes(event) {
    const now = [...rows.querySelectorAll("[data-id]")].map((row) => row.dataset.id);
    const next = event.stories.map((story) => story.id);
    return next.filter((id, i) => now[i] !== id).length;
  }

  function hold(event) {
    waiting = event;
    const count = changes(event);
    apply.hidden = count === 0;
    apply.textContent = count === 1 ? "1 change" : `${count} changes`;
  }

  const settle = () => setTimeout(() => waiting && !busy() && show(waiting), REACH_MS);
  apply.addEventListener("click", () => waiting && show(waiting));
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
    pause.textContent = paused ? "Go on" : "Pause";
    settle();
  });
  for (const place of [rows, apply]) place.addEventListener("mouseleave", settle);
  rows.addEventListener("focusout", settle);

  const stream = new EventSource(rows.dataset.stream);
  stream.addEventListener("board", (message) => {
    const event = JSON.parse(message.data);
    head.innerHTML = event.head;
    if (busy()) hold(event);
    else show(event);
  });
}
