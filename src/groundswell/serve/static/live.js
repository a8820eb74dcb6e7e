// One EventSource that comes back, also when the server answered with an error or was started anew.
const AGAIN_MS = 3_000;

export function listen(address, { board, source, lost }) {
  let last = "";
  function open() {
    const stream = new EventSource(address);
    stream.addEventListener("open", () => lost(false));
    stream.addEventListener("board", (message) => {
      last = message.lastEventId;
      board(JSON.parse(message.data));
    });
    stream.addEventListener("source", (message) => source(JSON.parse(message.data)));
    stream.addEventListener("error", () => {
      lost(true);
      if (stream.readyState === EventSource.CLOSED) setTimeout(open, AGAIN_MS);
    });
  }
  open();
  return () => last;
}

// Ages on the page go on between two slices, from the age that the server gave.
export function age(place) {
  const given = performance.now();
  const node = place.querySelector("[data-age]");
  if (!node) return () => {};
  const began = Number(node.dataset.age);
  const timer = setInterval(() => {
    const now = Math.floor(began + (performance.now() - given) / 1_000);
    node.textContent = now < 120 ? `${now} s ago` : `${Math.floor(now / 60)} min ago`;
  }, 1_000);
  return () => clearInterval(timer);
}
