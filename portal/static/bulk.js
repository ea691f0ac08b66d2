// An act in bulk while it runs: the bar moves as the journeys get their results.
//
// Without scripts, or without a connection, loading the page again says the same.

document.documentElement.dataset.scripted = "";
const told = document.querySelector("[data-events]");
const bar = told.querySelector("[data-bar]");
const settled = told.querySelector("[data-settled]");
const counts = told.querySelector("[data-counts]");
const source = new EventSource(told.dataset.events);

source.addEventListener("message", (event) => {
  const facts = JSON.parse(event.data);
  bar.value = facts.settled;
  settled.textContent = facts.settled.toLocaleString("en-US");
  counts.textContent = Object.entries(facts.counts)
    .map(([result, count]) => `${count.toLocaleString("en-US")} ${result}`)
    .join(", ");
  if (!facts.is_ended) return;
  source.close();
  // The results of each journey are the server's to write.
  location.reload();
});

// Nothing is left open behind a page that was left.
addEventListener("pagehide", () => source.close());
