// The form of a piece of evidence: says at once when a place lies outside of the file, takes times
// from the player, and saves at every pause what can be saved; the rest stays in this browser.

import * as keeping from "./keeping.js";
import { Refused, facts, send } from "./laurel.js";
import { clock, placeProblem, secondsOf } from "./places.js";

const page = facts("evidence-facts");
const form = document.querySelector("[data-evidence]");
const saving = form.querySelector("[data-saving]");
const signedOut = form.querySelector("[data-signed-out]");
const changedElsewhere = form.querySelector("[data-stale]");
const wrongPlace = form.querySelector("[data-wrong-place]");
const player = document.querySelector("[data-player]");
const places = ["first", "last"].map((name) => form.elements[name]).filter(Boolean);

document.documentElement.dataset.scripted = "";
form.noValidate = true;

/** Whether the form itself, with the server's own page, is the way on. */
let isForTheForm = false;

const keeper = new keeping.Keeper({
  name: `evidence/${page.place}`,
  version: page.version,
  read,
  show,
  save,
  say,
  stale: () => {},
});
// A page that came back with what was not taken: nothing of it is on the server.
if (page.is_refused) keeper.onServer = null;

function read() {
  const text = form.elements.explanation.value;
  return {
    first: form.elements.first?.value ?? "",
    last: form.elements.last?.value ?? "",
    explanation: text.toWellFormed ? text.toWellFormed() : text,
    piece: form.elements.piece.value,
  };
}

function show(content) {
  for (const [name, value] of Object.entries(content)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.elements.version.value = keeper.version;
  showProblem();
}

function problem() {
  const { first, last } = read();
  return placeProblem(page.limits, first, last);
}

/** What is not complete yet is no write that the server could take; it stays in this browser. */
class Incomplete extends Refused {
  constructor(sentence) {
    super(0, { code: "incomplete", sentence });
  }
}

async function save(content, version) {
  const sentence = problem();
  if (sentence) throw new Incomplete(sentence);
  const answer = await send("PUT", page.address, {
    round: page.round,
    version,
    item: page.item,
    file: page.file,
    ...content,
  });
  form.elements.version.value = answer.version;
  form.elements.piece.value = answer.piece;
  return { ...answer, kept: { ...content, piece: answer.piece } };
}

function say(state, because) {
  const kept = keeper.isMirrored ? "kept in this browser" : "keep this page open";
  const isElsewhere = state === keeping.STALE || because?.code === "piece_changed";
  const sentences = {
    [keeping.EDITING]: "Not saved yet",
    [keeping.SAVING]: "Saving …",
    [keeping.SAVED]: because ? `Saved ${because.saved}` : "",
    [keeping.OFFLINE]: `Not saved: no connection; ${kept}`,
    [keeping.SIGNED_OUT]: `Not saved: you are signed out; ${kept}`,
    [keeping.STALE]: "Not saved; what you wrote is still here",
    [keeping.REFUSED]: because?.code === "incomplete" ? `Not saved yet; ${kept}` : `Not saved. ${because?.message}`,
  };
  isForTheForm = isElsewhere || (state === keeping.REFUSED && because.code !== "incomplete");
  signedOut.hidden = state !== keeping.SIGNED_OUT;
  changedElsewhere.hidden = !isElsewhere;
  // A region that is read aloud: said again only when it says something else.
  const sentence = isElsewhere ? sentences[keeping.STALE] : sentences[state];
  if (saving.textContent !== sentence) saving.textContent = sentence;
}

/** Nothing is wrong yet with a form in which nobody wrote. */
function showProblem(isAsked = false) {
  if (!wrongPlace) return;
  const isTouched = isAsked || places.some((field) => field.value.trim());
  const text = isTouched ? problem() : "";
  if (wrongPlace.textContent !== text) wrongPlace.textContent = text;
  wrongPlace.hidden = !text;
  for (const field of places) {
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    field.setAttribute("aria-describedby", text ? "place-hint place-wrong" : "place-hint");
  }
}

/** Let the player go where the first field points, so that one sees what one names. */
function follow(field) {
  if (!player || field.name !== "first" || problem()) return;
  const value = field.value.trim();
  if (player.tagName === "IFRAME") player.src = player.src.replace(/#page=\d+/, `#page=${Number(value)}`);
  else player.currentTime = secondsOf(value);
}

for (const field of places) {
  field.addEventListener("input", () => {
    showProblem();
    keeper.changed();
  });
  field.addEventListener("change", () => follow(field));
}
form.elements.explanation.addEventListener("input", () => keeper.changed());
form.elements.explanation.addEventListener("blur", () => keeper.flush());
for (const button of form.querySelectorAll("[data-now]")) {
  button.addEventListener("click", () => {
    form.elements[button.dataset.now].value = clock(Math.floor(player.currentTime));
    showProblem();
    keeper.changed();
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (problem()) {
    showProblem(true);
    places[0]?.focus();
    return;
  }
  // The form leads back, says what is wrong, or shows both when somebody else wrote.
  if ((await keeper.flush()) || isForTheForm) form.submit();
});
showProblem();
