// From item to item with single keys, and with buttons. The keys can be turned off; none is taken
// away from somebody who writes, and none traps anybody.

const SETTING = "laurel:single-keys";
const WRITING = "textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]";

const keys = document.querySelector("[data-keys]");
const switched = document.querySelector("[data-shortcuts]");

/** Let the reader walk over `marked`: objects with `section`, `feedback` and `choose(kind)`. */
export function walkWith(marked) {
  let at = -1;

  const go = (number) => {
    at = Math.max(0, Math.min(marked.length - 1, number));
    const { section } = marked[at];
    section.focus({ preventScroll: true });
    section.scrollIntoView({ block: "start" });
  };
  const here = () => marked[Math.max(0, at)];
  const showEvidence = () => {
    const viewers = [...here().section.querySelectorAll("details")];
    const open = !viewers.some((each) => each.open);
    for (const each of viewers) each.open = open;
  };

  const acts = {
    j: () => go(at + 1),
    n: () => go(at + 1),
    k: () => go(at - 1),
    p: () => go(at - 1),
    m: () => here().choose("met"),
    x: () => here().choose("not_met"),
    u: () => here().choose("unscorable"),
    f: () => here().feedback.focus(),
    e: showEvidence,
    "?": () => {
      keys.open = !keys.open;
      if (keys.open) keys.querySelector("summary").focus();
    },
  };

  marked.forEach(({ section }, number) => {
    section.addEventListener("focusin", () => {
      at = number;
    });
  });
  document.querySelector("[data-next]").addEventListener("click", () => go(at + 1));
  document.querySelector("[data-previous]").addEventListener("click", () => go(at - 1));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.matches(WRITING)) {
      if (event.key === "Escape" && event.target.matches("textarea")) here().section.focus();
      return;
    }
    if (!switched.checked || !(event.key in acts)) return;
    event.preventDefault();
    acts[event.key]();
  });
}

try {
  switched.checked = localStorage.getItem(SETTING) !== "off";
  switched.addEventListener("change", () => {
    localStorage.setItem(SETTING, switched.checked ? "on" : "off");
  });
} catch {
  // A browser that keeps nothing: the keys are on until they are switched off on the page.
}
