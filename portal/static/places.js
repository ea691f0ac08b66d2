// Where to look in a file, judged by the measures that the server found in it, and in its words.

const NUMBER = /^0{0,5}([1-9][0-9]{0,5})$/;
const CLOCK = /^(?:(?:([0-9]{1,2}):([0-5]?[0-9])|([0-9]{1,3})):([0-5][0-9])(\.[0-9]{1,3})?)$/;
const NUMBERED = { pdf: "page", slides: "slide" };

/** What is wrong with a place in a file, as a sentence; empty when it lies in the file. */
export function placeProblem(limits, first, last) {
  if (limits.kind === "image") return "";
  const [from, to] = [first.trim(), last.trim()];
  if (!from) return limits.missing;
  const word = NUMBERED[limits.kind];
  const read = word ? numberOf : secondsOf;
  const [begin, end] = [read(from), read(to || from)];
  if (begin === null || end === null) return limits.not_understood;
  if (end < begin) return limits.backwards;
  return word ? outsideCount(word, end, limits.count) : outsideTime(end, limits);
}

function numberOf(text) {
  const found = NUMBER.exec(text);
  return found ? Number(found[1]) : null;
}

/** Seconds of what is written as h:mm:ss or m:ss; null for anything else. */
export function secondsOf(text) {
  const found = CLOCK.exec(text);
  if (!found) return null;
  const [, hours, minutes, lone, seconds, parts] = found;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? lone) * 60 + Number(seconds) + Number(parts ?? 0);
}

function outsideCount(word, number, count) {
  if (number <= count) return "";
  const has = `${count.toLocaleString("en-US")} ${word}${count === 1 ? "" : "s"}`;
  return `The file has ${has}; ${word} ${number} does not exist.`;
}

function outsideTime(end, { seconds, tolerance }) {
  if (end <= seconds + tolerance) return "";
  return `The recording is ${clock(Math.floor(seconds))} long; ${clock(end)} lies after its end.`;
}

/** A time as players show it: 0:07, 14:32, 1:02:03, and 3:15.5 if it has parts. */
export function clock(elapsed) {
  const milliseconds = Math.round(elapsed * 1000);
  const parts = milliseconds % 1000;
  const whole = Math.floor(milliseconds / 1000);
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  const shown = hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  return parts ? `${shown}.${String(parts).padStart(3, "0")}`.replace(/0+$/, "") : shown;
}
