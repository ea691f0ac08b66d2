// The board by itself: each piece is replaced alone, and only when it changed.
//
// Without scripts, or without a connection, loading the page again says the same.

const board = document.querySelector("[data-board]");
const asOf = document.querySelector("[data-as-of]");
const live = document.querySelector("[data-live]");
const source = new EventSource(board.dataset.board);

/** Say whether the numbers move by themselves. */
function say(words, tone) {
  live.hidden = false;
  live.textContent = words;
  live.className = `badge ${tone}`;
}

/** Replace what differs; whoever stands on a link of a piece stands on the same link afterwards. */
function take(pieces) {
  const fresh = new DOMParser().parseFromString(pieces, "text/html");
  for (const piece of fresh.querySelectorAll("[data-piece]")) {
    const shown = board.querySelector(`[data-piece="${piece.dataset.piece}"]`);
    if (!shown || shown.outerHTML === piece.outerHTML) continue;
    const held = shown.contains(document.activeElement)
      ? document.activeElement.getAttribute("href")
      : null;
    shown.replaceWith(piece);
    if (held) piece.querySelector(`[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }
}

function see(event) {
  const facts = JSON.parse(event.data);
  if (facts.pieces) take(facts.pieces);
  asOf.innerHTML = facts.as_of;
  say("updates by itself", "good");
}

source.addEventListener("board", see);
source.addEventListener("seen", see);
source.addEventListener("error", () => {
  // A stream that ended is opened again by the browser; one that was refused is not.
  if (source.readyState === EventSource.CLOSED) say("reload to see what is new", "warn");
});

// Nothing is left open behind a page that was left; one that is come back to is loaded anew.
addEventListener("pagehide", () => source.close());
addEventListener("pageshow", (event) => event.persisted && location.reload());
