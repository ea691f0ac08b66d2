// One file on its way: the tus protocol, https://tus.io. Goes on after a dropped connection, an
// ended session and a reload; every stretch carries its checksum where the browser can make one.

import { formToken } from "./laurel.js";

const VERSION = "1.0.0";
const BYTES = "application/offset+octet-stream";
const MIB = 1024 * 1024;
const LEAST = MIB;
const MOST = 32 * MIB;
const GOOD_MS = 4000; // how long one stretch may take on the line that there is
const PROBE = 64 * 1024;
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

export const WAITING = "waiting";
export const SENDING = "sending";
export const PAUSED = "paused";
export const INTERRUPTED = "interrupted";
export const SIGNED_OUT = "signed_out";
export const REFUSED = "refused";
export const ARRIVED = "arrived";

/** The answer to one request that was not what was hoped for. */
class Answered extends Error {
  constructor(status, answer) {
    super(answer.sentence ?? "The server did not answer as expected.");
    this.status = status;
    this.code = answer.code;
  }
}

/** Stopped by the reader. */
class Stopped extends Error {}

export class Upload {
  /** `base` is where uploads are announced; `changed` is told of every change. */
  constructor(file, base, changed) {
    Object.assign(this, { file, base, changed, state: WAITING, sent: 0, address: null });
    this.offset = null;
    this.stretch = 4 * MIB;
    this.failures = 0;
    this.sentence = "";
  }

  /** Bytes in a second, as the last stretch went; 0 before that. */
  get speed() {
    return this.pace ?? 0;
  }

  /** Send what is missing; resolves when all has arrived or the reader has to do something. */
  async run() {
    this.isStopped = false;
    this.#become(SENDING);
    while (this.state !== ARRIVED) {
      try {
        await this.#step();
      } catch (failure) {
        if (failure instanceof Stopped) return;
        if (!(await this.#mayGoOn(failure))) return;
      }
    }
  }

  pause() {
    this.#stop();
    this.#become(PAUSED);
  }

  /** Give it up, here and on the server. */
  async remove() {
    this.#stop();
    this.#become(PAUSED);
    forget(await this.#key());
    if (this.address) await this.#ask("DELETE", this.address).catch(() => {});
  }

  /** Try again at once: the connection is back, or somebody signed in again. */
  wake() {
    this.awaken?.();
  }

  async #step() {
    this.address ??= remembered(await this.#key());
    if (!this.address) return this.#begin();
    if (this.offset === null) return this.#find();
    if (this.offset < this.file.size || this.isUnconfirmed) return this.#send();
    forget(await this.#key());
    this.#become(ARRIVED);
  }

  async #begin() {
    const name = btoa(String.fromCodePoint(...new TextEncoder().encode(this.file.name)));
    const answer = await this.#ask("POST", this.base, {
      "upload-length": String(this.file.size),
      "upload-metadata": `filename ${name}`,
    });
    this.address = new URL(answer.getResponseHeader("location"), location.href).pathname;
    this.offset = 0;
    remember(await this.#key(), this.address);
    this.#become(SENDING);
  }

  /** Ask where it stands; what the server does not know any more begins anew. */
  async #find() {
    try {
      const answer = await this.#ask("HEAD", this.address);
      this.#arrivedAt(answer);
      this.isUnconfirmed = this.offset === this.file.size; // ask for the file to be made of it
    } catch (failure) {
      if (![404, 410].includes(failure.status)) throw failure;
      forget(await this.#key());
      this.address = null;
    }
  }

  async #send() {
    const part = this.file.slice(this.offset, this.offset + this.stretch);
    const headers = { "content-type": BYTES, "upload-offset": String(this.offset) };
    const checksum = await checksumOf(part);
    if (checksum) headers["upload-checksum"] = checksum;
    const began = performance.now();
    this.#arrivedAt(await this.#ask("PATCH", this.address, headers, part));
    this.isUnconfirmed = false;
    this.failures = 0;
    this.#adapt(part.size, performance.now() - began);
  }

  /** Longer stretches on a quick line, shorter ones on a slow one: little is lost by a drop. */
  #adapt(bytes, milliseconds) {
    this.pace = (bytes / Math.max(milliseconds, 1)) * 1000;
    if (bytes < this.stretch) return;
    if (milliseconds < GOOD_MS / 2) this.stretch = Math.min(this.stretch * 2, MOST);
    if (milliseconds > GOOD_MS * 2) this.stretch = Math.max(this.stretch / 2, LEAST);
  }

  #arrivedAt(answer) {
    this.offset = Number(answer.getResponseHeader("upload-offset"));
    this.sent = this.offset;
    this.#become(SENDING);
  }

  /** What a failure means: once more, where it stands, after a while, or not at all. */
  async #mayGoOn(failure) {
    this.offset = null;
    const status = failure.status ?? 0;
    if (failure.code === "wrong_offset" || failure.code === "bytes_differ") {
      this.stretch = Math.max(this.stretch / 2, LEAST);
      this.failures += 1;
      return this.failures < 20 || this.#refused(failure);
    }
    if (status === 401) return this.#waitAs(SIGNED_OUT);
    const passes = !status || status >= 500 || status === 408 || status === 429;
    return passes ? this.#waitAs(INTERRUPTED) : this.#refused(failure);
  }

  #refused(failure) {
    this.sentence = failure.message;
    this.#become(REFUSED);
    return false;
  }

  async #waitAs(state) {
    const wait = Math.min(FIRST_WAIT * 2 ** this.failures, LONGEST_WAIT);
    this.failures += 1;
    this.#become(state);
    await new Promise((resolve) => {
      this.awaken = resolve;
      setTimeout(resolve, wait);
    });
    if (this.isStopped) return false;
    this.#become(SENDING);
    return true;
  }

  #stop() {
    this.isStopped = true;
    this.request?.abort();
    this.wake();
    this.offset = null;
  }

  #become(state) {
    if (this.isStopped && state !== PAUSED) return;
    this.state = state;
    this.changed(this);
  }

  /** One request. A browser tells how much of a body has left through this interface alone. */
  #ask(method, address, headers = {}, body = null) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, address);
      const all = { "tus-resumable": VERSION, "x-form-token": formToken(), accept: "application/json", ...headers };
      for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value);
      const from = this.offset ?? 0;
      request.upload.onprogress = ({ loaded }) => {
        if (!body || this.isStopped) return;
        this.sent = from + Math.min(loaded, body.size);
        this.changed(this);
      };
      request.onload = () =>
        request.status < 300 ? resolve(request) : reject(new Answered(request.status, answerOf(request)));
      request.onerror = () => reject(new Answered(0, {}));
      request.onabort = () => reject(this.isStopped ? new Stopped() : new Answered(0, {}));
      if (method !== "DELETE") this.request = request;
      request.send(body);
    });
  }

  /** What the file is known by in this browser: the same file chosen again goes on. */
  async #key() {
    this.known ??= [
      "laurel.upload",
      this.base,
      this.file.name,
      this.file.size,
      this.file.lastModified,
      await checksumOf(this.file.slice(0, PROBE)),
    ].join("|");
    return this.known;
  }
}

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

/** SHA-256 of some bytes as the protocol has it; empty where the browser has no means. */
async function checksumOf(part) {
  if (!globalThis.crypto?.subtle || !part.size) return "";
  const digest = await crypto.subtle.digest("SHA-256", await part.arrayBuffer());
  return `sha256 ${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

function remember(key, address) {
  try {
    localStorage.setItem(key, address);
  } catch {
    // A browser that keeps nothing begins anew after a reload.
  }
}

function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
