// Marks that are saved as they are made: each item on its own, with its own version.

import * as keeping from "./keeping.js";
import { facts, send } from "./laurel.js";
import { walkWith } from "./walking.js";

const { address, round, assignment } = facts("marking-facts");
const form = document.querySelector("[data-marking]");
const said = document.querySelector("[data-said]");
const SPOKEN = { met: "met", not_met: "not met", unscorable: "unscorable" };
const BADGES = { met: "good", not_met: "warn", unscorable: "bad" };

const STATES = {
  [keeping.EDITING]: () => "Not saved yet",
  [keeping.SAVING]: () => "Saving …",
  [keeping.SAVED]: (answer) => (answer?.saved_at ? `Saved ${answer.saved_at}` : ""),
  [keeping.OFFLINE]: () => "No connection. Kept in this browser, and saved as soon as it is back.",
  [keeping.SIGNED_OUT]: () => "You are signed out. Kept in this browser, and saved when you have signed in.",
  [keeping.STALE]: () => "Changed in another window. Choose which one to keep.",
  [keeping.REFUSED]: (refusal) => `Not saved. ${refusal.message}`,
};

/** One item of the sheet with its fields. */
class Marked {
  constructor(section) {
    this.section = section;
    this.key = section.dataset.item;
    this.label = section.dataset.label;
    this.feedback = this.field("feedback");
    this.obstacle = this.field("obstacle");
    this.other = section.querySelector("[data-other]");
    this.state = section.querySelector("[data-state]");
    this.keeper = new keeping.Keeper({
      name: `mark/${assignment}/${this.key}`,
      version: Number(this.field("version").value),
      read: () => this.read(),
      show: (content) => this.show(content),
      save: (content, version) => this.save(content, version),
      say: (state, because) => this.say(state, because),
      stale: (refusal) => this.showBoth(refusal.points[0] ?? { version: 0 }),
    });
    // A page that came back with what was not taken: nothing of it is on the server.
    if ("unsaved" in section.dataset) this.keeper.onServer = null;
    this.offerChoice();
    section.addEventListener("input", () => this.changed());
    section.addEventListener("change", (event) => {
      this.changed();
      if (event.target !== this.feedback) this.keeper.flush();
    });
    this.feedback.addEventListener("blur", () => this.keeper.flush());
  }

  field(name) {
    return this.section.querySelector(`[name="${name}:${this.key}"]`);
  }

  get kind() {
    return this.section.querySelector(`[name="kind:${this.key}"]:checked`)?.value ?? null;
  }

  set kind(kind) {
    for (const radio of this.section.querySelectorAll(`[name="kind:${this.key}"]`)) {
      radio.checked = radio.value === kind;
    }
  }

  read() {
    const kind = this.kind;
    const obstacle = kind === "unscorable" ? this.obstacle.value : null;
    return { kind, obstacle, feedback: this.feedback.value };
  }

  show({ kind, obstacle, feedback }) {
    this.kind = kind;
    if (obstacle) this.obstacle.value = obstacle;
    this.feedback.value = feedback;
    this.showBadge();
  }

  async save(content, version) {
    return send("PUT", `${address}/marks/${this.key}`, { ...content, round, version });
  }

  changed() {
    this.showBadge();
    this.keeper.changed();
  }

  /** Mark by a key, as if it had been clicked. */
  choose(kind) {
    this.kind = kind;
    this.changed();
    this.keeper.flush();
  }

  say(state, because) {
    if (!this.state) return;
    const sentence = STATES[state](because);
    this.state.textContent = sentence;
    this.state.classList.toggle("wrong", state === keeping.REFUSED || state === keeping.STALE);
    if (state === keeping.SIGNED_OUT) this.state.append(" ", signIn());
    if (state === keeping.SAVED && because) this.settled(because);
    // Aloud only what matters while somebody types elsewhere.
    if (state !== keeping.EDITING && state !== keeping.SAVING && sentence) {
      aloud(`${this.label}: ${sentence}`);
    }
    showProgress();
  }

  settled({ version }) {
    this.field("version").value = version;
    this.other.hidden = true;
  }

  showBoth(saved) {
    this.saved = saved;
    const kind = saved.kind ? SPOKEN[saved.kind] : "no mark yet";
    this.other.querySelector("[data-other-kind]").textContent = kind;
    this.other.querySelector("[data-other-feedback]").textContent = saved.feedback ?? "";
    this.other.querySelector("[data-choosing]").hidden = false;
    this.other.hidden = false;
  }

  offerChoice() {
    const choose = (name, act) =>
      this.other.querySelector(`[data-${name}]`).addEventListener("click", () => {
        this.other.hidden = true;
        act();
        this.feedback.focus();
      });
    choose("keep", () => this.keeper.keepMine(this.saved.version));
    choose("take", () => {
      const { kind = null, obstacle = null, feedback = "", version } = this.saved;
      this.keeper.take({ kind, obstacle, feedback }, version);
      this.field("version").value = version;
    });
  }

  showBadge() {
    const badge = document.createElement("span");
    badge.className = `badge ${BADGES[this.kind] ?? ""}`;
    badge.textContent = this.kind ? SPOKEN[this.kind] : "no mark yet";
    this.section.querySelector("[data-badge]").replaceChildren(badge);
    const jump = document.querySelector(`[data-jump="${CSS.escape(this.key)}"]`);
    jump.classList.toggle("marked", this.kind !== null);
    jump.querySelector("[data-jump-state]").textContent = this.kind ? ", marked" : "";
  }
}

/** Say something in the live region, and the same thing once. */
function aloud(sentence) {
  if (said.textContent !== sentence) said.textContent = sentence;
}

function signIn() {
  const link = document.createElement("a");
  link.href = `/sign-in?as=assessor&to=${encodeURIComponent(location.pathname)}`;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = "Sign in in a new tab";
  return link;
}

function showProgress() {
  const done = marked.filter((each) => each.kind !== null).length;
  document.querySelector("[data-progress]").value = done;
  document.querySelector("[data-count]").textContent = `${done} of ${marked.length} marked`;
}

/** Save everything; resolves to the first item that could not be saved. */
async function unsaved() {
  const outcomes = await Promise.all(marked.map((each) => each.keeper.flush()));
  return marked.find((_, number) => !outcomes[number]);
}

let marked = [];
marked = [...form.querySelectorAll("[data-item]")].map((section) => new Marked(section));
showProgress();
document.documentElement.dataset.scripted = "";

form.addEventListener("submit", async (event) => {
  event.preventDefault(); // every field is saved already, or says why it is not
  (await unsaved())?.section.focus();
});
document.querySelector("[data-judge]").addEventListener("click", async (event) => {
  event.preventDefault();
  const left = await unsaved();
  if (left) left.section.focus();
  else location.assign(event.target.href);
});
walkWith(marked);
