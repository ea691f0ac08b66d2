// The files of part 2: drop or choose several, each with its progress, pause and resume; then the
// list of files follows by itself until the server has looked into all of them.

import { facts } from "./laurel.js";
import * as uploading from "./uploading.js";

const AT_ONCE = 2;
const page = facts("upload-facts");
const drop = document.querySelector("[data-drop]");
const chooser = drop.querySelector("input[type=file]");
const list = document.querySelector("[data-uploads]");
const template = document.querySelector("[data-upload-template]");
const told = document.querySelector("[data-told]");
const filesPlace = document.querySelector("[data-files]");
const uploads = [];

document.documentElement.dataset.scripted = "";
chooser.required = false;

function add(files) {
  for (const file of files) {
    if (uploads.some((each) => each.isSame(file))) continue;
    uploads.push(new Line(file));
  }
  startNext();
}

/** Few at once: more would share the same line and each be slower. */
function startNext() {
  const running = uploads.filter((each) => each.isRunning).length;
  uploads
    .filter((each) => each.upload.state === uploading.WAITING)
    .slice(0, Math.max(0, AT_ONCE - running))
    .forEach((each) => each.start());
}

class Line {
  constructor(file) {
    this.upload = new uploading.Upload(file, page.uploads, () => this.#show());
    this.isRunning = false;
    const row = template.content.firstElementChild.cloneNode(true);
    this.row = row;
    row.querySelector("[data-name]").textContent = file.name;
    row.querySelector("[data-size]").textContent = size(file.size);
    this.bar = row.querySelector("progress");
    this.bar.setAttribute("aria-label", `${file.name}: what has arrived`);
    this.words = row.querySelector("[data-state]");
    this.toggle = row.querySelector("[data-toggle]");
    this.remover = row.querySelector("[data-remove]");
    this.remover.setAttribute("aria-label", `Remove the upload of ${file.name}`);
    this.toggle.addEventListener("click", () => this.#pressed());
    this.remover.addEventListener("click", () => this.#remove());
    list.append(row);
    if (file.size > page.largest) this.#refuse(`It is larger than ${size(page.largest)}. Upload a smaller copy.`);
    else this.#show();
  }

  isSame({ name, size: length, lastModified }) {
    const { file, state } = this.upload;
    const isHere = ![uploading.ARRIVED, uploading.REFUSED].includes(state) && this.row.isConnected;
    return isHere && file.name === name && file.size === length && file.lastModified === lastModified;
  }

  async start() {
    this.isRunning = true;
    await this.upload.run();
    this.isRunning = false;
    if (this.upload.state === uploading.ARRIVED) this.#arrived();
    if (this.upload.state === uploading.REFUSED) tell(`${this.upload.file.name}: ${this.upload.sentence}`);
    startNext();
  }

  #pressed() {
    if (this.isRunning) {
      this.upload.pause();
      tell(`${this.upload.file.name} is paused`);
    } else {
      this.upload.state = uploading.WAITING;
      this.start();
    }
  }

  async #remove() {
    await this.upload.remove();
    this.row.remove();
    chooser.focus();
    tell(`The upload of ${this.upload.file.name} is removed`);
    startNext();
    refresh();
  }

  #refuse(sentence) {
    Object.assign(this.upload, { state: uploading.REFUSED, sentence });
    this.#show();
    tell(`${this.upload.file.name}: ${sentence}`);
  }

  #arrived() {
    tell(`${this.upload.file.name} has arrived`);
    this.row.remove();
    refresh();
  }

  #show() {
    const { state, sent, file, sentence } = this.upload;
    const share = file.size ? sent / file.size : 1;
    this.bar.value = Math.floor(share * 100);
    const done = `${Math.floor(share * 100)} % of ${size(file.size)}`;
    const words = {
      [uploading.WAITING]: "Waits for its turn",
      [uploading.SENDING]: `${done}${this.#left()}`,
      [uploading.PAUSED]: `Paused at ${done}`,
      [uploading.INTERRUPTED]: `No connection; at ${done}. It goes on by itself.`,
      [uploading.REFUSED]: sentence,
      [uploading.ARRIVED]: "Has arrived",
    };
    if (state === uploading.SIGNED_OUT) this.#offerSignIn();
    else this.words.textContent = words[state];
    this.words.classList.toggle("wrong", state === uploading.REFUSED);
    const isOn = [uploading.SENDING, uploading.INTERRUPTED, uploading.SIGNED_OUT].includes(state);
    this.toggle.textContent = isOn ? "Pause" : "Resume";
    this.toggle.setAttribute("aria-label", `${isOn ? "Pause" : "Resume"} the upload of ${file.name}`);
    this.toggle.hidden = [uploading.WAITING, uploading.REFUSED, uploading.ARRIVED].includes(state);
    hideShownElsewhere();
  }

  #left() {
    const { speed, sent, file } = this.upload;
    if (!speed) return "";
    const seconds = Math.ceil((file.size - sent) / speed);
    if (seconds < 60) return `, ${seconds} s left`;
    return `, ${Math.ceil(seconds / 60)} min left`;
  }

  #offerSignIn() {
    if (this.words.querySelector("a")) return;
    const link = document.createElement("a");
    Object.assign(link, { href: page.sign_in, target: "_blank", rel: "opener", textContent: "Sign in in a new tab" });
    this.words.replaceChildren("You are signed out. ", link, "; the upload then goes on by itself.");
    tell(`${this.upload.file.name} waits: you are signed out`);
  }
}

/** A size as the pages write it, in decimal units. */
function size(bytes) {
  for (const [unit, letters] of [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]]) {
    if (bytes * 20_000 >= unit * 19_999) return `${(bytes / unit).toFixed(1)} ${letters}`;
  }
  return bytes === 1 ? "1 byte" : `${bytes} bytes`;
}

/** Said aloud once, for those who do not see the bar. */
function tell(sentence) {
  told.textContent = sentence;
}

/** An unfinished upload that goes on in this page is shown once, with its bar. */
function hideShownElsewhere() {
  const here = new Set(uploads.filter((each) => each.row.isConnected).map((each) => each.upload.address));
  for (const row of filesPlace.querySelectorAll("[data-unfinished]")) {
    row.hidden = here.has(row.dataset.unfinished);
  }
}

let timer;
let wait = 1000;

/** Fetch the list of files anew, and again while one of them is being looked into. */
async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch(page.files, { headers: { accept: "text/html" }, credentials: "same-origin" });
    if (answer.ok) show(await answer.text());
  } catch {
    // Without a connection the list stays as it is.
  }
  followWhileChecking();
}

function show(source) {
  const fresh = new DOMParser().parseFromString(source, "text/html").body.firstElementChild;
  const old = filesPlace.firstElementChild;
  if (!fresh || fresh.outerHTML === old?.outerHTML) return;
  if (old?.dataset.checking === "yes" && fresh.dataset.checking === "no") {
    tell("All files were looked into");
    wait = 1000;
  }
  if (!filesPlace.contains(document.activeElement)) filesPlace.replaceChildren(fresh);
  hideShownElsewhere();
}

function followWhileChecking() {
  if (filesPlace.firstElementChild?.dataset.checking !== "yes") return;
  timer = setTimeout(refresh, wait);
  wait = Math.min(wait * 1.5, 8000);
}

chooser.addEventListener("change", () => {
  add(chooser.files);
  chooser.value = "";
});
drop.addEventListener("submit", (event) => event.preventDefault());
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  drop.addEventListener(kind, () => drop.classList.remove("over"));
}
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  add(event.dataTransfer.files);
});
for (const moment of ["online", "focus"]) {
  window.addEventListener(moment, () => uploads.forEach((each) => each.upload.wake()));
}
followWhileChecking();
