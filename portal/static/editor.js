// The editor of parts 1 and 3: saves while somebody writes, counts as the server counts, and shows
// both texts when two tabs wrote. Without it the page's own buttons do the same.

import { Differences } from "./differences.js";
import * as keeping from "./keeping.js";
import { facts, send } from "./laurel.js";

const page = facts("editor-facts");
const form = document.querySelector("[data-editor]");
const fields = [...form.querySelectorAll("textarea[data-item]")];
const saving = form.querySelector("[data-saving]");
const signedOut = form.querySelector("[data-signed-out]");
const pending = form.querySelector("[data-pending]");
const differences = new Differences(document.querySelector("[data-conflict]"));
const notTaken = new Map(); // item: the text that the server refused

const keeper = new keeping.Keeper({
  name: `draft/${page.place}`,
  version: page.version,
  read,
  show,
  save,
  say,
  stale,
});

function read() {
  return Object.fromEntries(fields.map((field) => [field.dataset.item, wellFormed(field.value)]));
}

/** Half a character, as a broken paste may leave one, is kept by no store. */
function wellFormed(text) {
  return text.toWellFormed ? text.toWellFormed() : text;
}

function show(answers) {
  for (const field of fields) field.value = answers[field.dataset.item] ?? field.value;
}

/** Send what the server has not refused already; what is wrong is said beside its own field. */
async function save(answers, version) {
  const put = () => {
    const sent = Object.entries(answers).filter(([item, text]) => notTaken.get(item) !== text);
    return send("PUT", page.address, { round: page.round, version, answers: Object.fromEntries(sent) });
  };
  try {
    return withKept(answers, await put());
  } catch (failure) {
    if (failure.code !== "answers_not_kept") throw failure;
    failure.points.forEach(({ item, sentence }) => refuse(item, answers[item], sentence));
    return withKept(answers, await put());
  }
}

/** What the server has now: as it was sent, but for what it refused. */
function withKept(answers, draft) {
  const kept = { ...answers };
  for (const item of notTaken.keys()) kept[item] = draft.answers[item] ?? "";
  return { ...draft, kept };
}

function refuse(item, text, sentence) {
  notTaken.set(item, text);
  const field = fields.find((each) => each.dataset.item === item);
  const wrong = besides("wrong", item);
  wrong.textContent = sentence;
  wrong.hidden = false;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${field.id}-count ${wrong.id}`);
}

function besides(what, item) {
  return form.querySelector(`[data-${what}="${CSS.escape(item)}"]`);
}

/** Somebody changed a field: what was refused of it is another text now. */
function reconsider(field) {
  const { item } = field.dataset;
  notTaken.delete(item);
  field.removeAttribute("aria-invalid");
  besides("wrong", item).hidden = true;
}

/** Say where saving stands; the region is read aloud, so typing alone says nothing. */
function say(state, because) {
  const kept = keeper?.isMirrored === false ? "keep this page open" : "kept in this browser";
  signedOut.hidden = state !== keeping.SIGNED_OUT;
  pending.hidden = state !== keeping.EDITING && state !== keeping.SAVING;
  if (state === keeping.SAVED && because) showSaved(because);
  if (state === keeping.OFFLINE) tell(`Not saved: no connection; ${kept}`);
  if (state === keeping.SIGNED_OUT) tell(`Not saved: you are signed out; ${kept}`);
  if (state === keeping.STALE) tell("Not saved: this part was written in another tab or window");
  if (state === keeping.REFUSED) tell(`Not saved; ${kept}. ${because.message}`);
}

function tell(sentence) {
  if (saving.textContent !== sentence) saving.textContent = sentence;
}

function showSaved(draft) {
  showCounts(draft);
  const left = fields.filter(({ dataset }) => notTaken.has(dataset.item));
  const but = left.map(({ dataset }) => dataset.label).join(", ");
  tell(but ? `Saved ${draft.saved}, but not ${but}: see there` : `Saved ${draft.saved}`);
}

/** Every count that is shown is the server's own. */
function showCounts(draft) {
  form.elements.version.value = draft.version;
  for (const [item, words] of Object.entries(draft.counts)) {
    const count = besides("count", item);
    if (count) count.textContent = words.toLocaleString("en-US");
  }
  form.querySelector("[data-total]").textContent = draft.words.toLocaleString("en-US");
  const progress = form.querySelector("[data-progress]");
  if (progress) progress.value = Math.min(draft.words, progress.max);
}

/** The server has another version: show both, unless it is what this page sent itself. */
async function stale() {
  let newest;
  try {
    newest = await send("GET", page.address);
  } catch (failure) {
    tell(`Not saved; kept in this browser. ${failure.message}`);
    return;
  }
  if (newest.round !== page.round) {
    tell("Not saved: another round is open. Your text is kept in this browser; reload the page.");
    return;
  }
  showCounts(newest);
  const sent = keeper.unconfirmed;
  const isOwn = sent !== null && keeping.isSame({ ...sent, ...newest.answers }, sent);
  if (isOwn) keeper.keepMine(newest.version);
  else await decide(newest);
}

async function decide(newest) {
  const before = keeper.onServer ?? {};
  const choice = await differences.ask(differing(newest.answers));
  if (choice === "other") {
    keeper.take({ ...read(), ...newest.answers }, newest.version);
    tell(`Saved ${newest.saved}`);
  } else {
    if (choice === "together") show(together(before, newest.answers));
    await keeper.keepMine(newest.version);
  }
  fields.forEach(reconsider);
  fields[0]?.focus();
}

function differing(other) {
  const mine = read();
  return fields
    .map(({ dataset: { item, label } }) => ({ label, mine: mine[item], other: other[item] ?? "" }))
    .filter((each) => !keeping.isSame(each.mine, each.other));
}

/** Both texts of each field; where only one of the two was changed, that one. */
function together(before, other) {
  const both = ([item, mine]) => {
    const theirs = other[item] ?? "";
    if (keeping.isSame(mine, theirs) || keeping.isSame(theirs, before[item])) return [item, mine];
    if (keeping.isSame(mine, before[item])) return [item, theirs];
    return [item, `${mine}\n\n${theirs}`];
  };
  return Object.fromEntries(Object.entries(read()).map(both));
}

for (const field of fields) {
  field.addEventListener("input", () => {
    reconsider(field);
    keeper.changed();
  });
  field.addEventListener("blur", () => keeper.flush());
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const isSaved = await keeper.flush();
  if (isSaved && event.submitter?.value === "check") location.assign(page.check);
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    keeper.flush();
  }
});

keeping.saveBeforeLeaving(keeper);
