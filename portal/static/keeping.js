// Keeping what somebody writes: on the server at every pause, in this browser until it is there.
// Nothing here knows what is written; whoever uses it gives the functions that read and send it.

import { Refused } from "./laurel.js";

const PAUSE = 1500; // milliseconds after the last key
const LONGEST = 5000; // while somebody types on and on
const AGAIN = 8000; // after a connection failed

export const EDITING = "editing";
export const SAVING = "saving";
export const SAVED = "saved";
export const OFFLINE = "offline";
export const SIGNED_OUT = "signed_out";
export const STALE = "stale";
export const REFUSED = "refused";

/** What this browser keeps until the server has it; each open page keeps its own. */
class Mirror {
  constructor(name) {
    this.prefix = `laurel.kept/${name}/`;
    this.key = `${this.prefix}${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  }

  /** Keep `content`, written on top of `version`; false where the browser keeps nothing. */
  keep(content, version) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ content, version, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  drop(key = this.key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // A browser that keeps nothing has nothing to let go of.
    }
  }

  /** What earlier pages kept and the server may not have, oldest first. */
  leftovers() {
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(this.prefix) && key !== this.key)
        .map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }))
        .sort((one, other) => one.at - other.at);
    } catch {
      return [];
    }
  }
}

/**
 * Saves at every pause, one write at a time, and tries again when a connection failed.
 *
 * - `name`: of what is written, the same in every page that writes it; `version`: what the page
 *   shows is based on it
 * - `read()` and `show(content)`: what is written now
 * - `save(content, version)`: sends it; its answer has the new `version`, and as `kept` what the
 *   server has then, where that is not all of it
 * - `say(state, because)`: where it stands; `because` is the answer or the refusal
 * - `stale(refusal)`: the server has another version; nothing is saved until `keepMine` or `take`
 */
export class Keeper {
  #gives;
  #mirror;
  #timer;
  #since;
  #running;
  #isHeld = false;
  #leftovers;

  constructor(gives) {
    this.#gives = gives;
    this.#mirror = new Mirror(gives.name);
    this.version = gives.version;
    this.onServer = gives.read();
    /** Whether this browser has what the server has not. */
    this.isMirrored = true;
    /** What was sent and never answered: the server may have it all the same. */
    this.unconfirmed = null;
    window.addEventListener("online", () => this.flush());
    window.addEventListener("focus", () => this.flush());
    window.addEventListener("pagehide", () => this.flush());
    document.addEventListener("visibilitychange", () => this.flush());
    this.#leftovers = this.#mirror.leftovers();
    queueMicrotask(() => this.#takeUp());
  }

  /** Whether the page says something that the server does not have. */
  get isDirty() {
    return !isSame(this.#gives.read(), this.onServer);
  }

  /** Somebody wrote: keep it here at once, and on the server after a pause. */
  changed() {
    this.#since ??= Date.now();
    this.isMirrored = this.#mirror.keep(this.#gives.read(), this.version);
    this.#gives.say(EDITING);
    const longest = Math.max(0, this.#since + LONGEST - Date.now());
    this.#later(Math.min(PAUSE, longest));
  }

  /** Save now; tells whether the server has everything afterwards. */
  async flush() {
    while (this.#running) await this.#running; // whoever waited as well may have begun another
    if (this.#isHeld || !this.isDirty) return !this.isDirty;
    clearTimeout(this.#timer);
    this.#running = this.#save();
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
    }
    return !this.isDirty;
  }

  /** After two wrote: what this page says goes on top of `version`. */
  async keepMine(version) {
    this.version = version;
    this.onServer = null;
    this.#isHeld = false;
    this.changed();
    return this.flush();
  }

  /** After two wrote: what the server has is shown, and this page's own let go of. */
  take(content, version) {
    this.version = version;
    this.onServer = content;
    this.#isHeld = false;
    this.#gives.show(content);
    this.#settled(content);
    this.#gives.say(SAVED);
  }

  #later(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), milliseconds);
  }

  async #save() {
    const content = this.#gives.read();
    this.#gives.say(SAVING);
    try {
      const answer = await this.#gives.save(content, this.version);
      this.version = answer.version;
      this.onServer = answer.kept ?? content;
      this.unconfirmed = null;
      this.#gives.say(SAVED, answer);
      this.#settled(content);
    } catch (failure) {
      this.#failed(failure, content);
    }
  }

  /** The server has what it took of `sent`; what was written meanwhile follows. */
  #settled(sent) {
    clearTimeout(this.#timer);
    this.#since = undefined;
    if (this.isDirty) {
      if (isSame(this.#gives.read(), sent)) this.#mirror.keep(sent, this.version);
      else this.changed();
      return;
    }
    this.#mirror.drop();
    this.#takeUp();
  }

  #failed(failure, content) {
    if (!(failure instanceof Refused)) {
      this.unconfirmed = content;
      this.#later(AGAIN);
      this.#gives.say(OFFLINE);
    } else if (failure.status === 401) {
      this.#gives.say(SIGNED_OUT, failure);
    } else if (failure.code === "stale_version") {
      this.#isHeld = true;
      clearTimeout(this.#timer);
      this.#gives.say(STALE, failure);
      this.#gives.stale(failure);
    } else if (failure.status >= 500 || failure.status === 429) {
      this.#later(AGAIN);
      this.#gives.say(OFFLINE);
    } else {
      this.#gives.say(REFUSED, failure);
    }
  }

  /**
   * Go on with what an earlier page kept, on top of what that page was based on: the server tells
   * whether somebody wrote in between.
   */
  #takeUp() {
    if (this.#isHeld || this.isDirty) return;
    const left = this.#leftovers.shift();
    if (!left) return;
    if (isSame(left.content, this.onServer)) {
      this.#mirror.drop(left.key);
      this.#takeUp();
      return;
    }
    this.version = left.version;
    this.#gives.show(left.content);
    this.changed(); // from here on this page keeps it
    this.#mirror.drop(left.key);
    this.flush();
  }
}

/** Whether two contents say the same; the server composes letters, a browser may not. */
export function isSame(one, other) {
  return JSON.stringify(one)?.normalize("NFC") === JSON.stringify(other)?.normalize("NFC");
}

/** Let a link of the page wait until what was written is saved: the next page must know of it. */
export function saveBeforeLeaving(keeper) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target === "_blank";
    if (!link || isElsewhere || event.defaultPrevented || !keeper.isDirty) return;
    const { origin, pathname } = new URL(link.href);
    if (origin !== location.origin || pathname === location.pathname) return;
    event.preventDefault();
    await keeper.flush();
    location.assign(link.href);
  });
}
