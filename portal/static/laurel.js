// What every module of the site shares: requests with the form's token, and saying things aloud.

/** The token that proves that a request comes from a page of ours. */
export const formToken = () => document.querySelector('meta[name="form-token"]').content;

/** A refusal of the server, with its code and the sentence for the reader. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer.sentence ?? "The server did not answer as expected. Please try again.");
    this.status = status;
    this.code = answer.code ?? "unknown";
    this.points = answer.points ?? [];
    this.answer = answer;
  }
}

/** Send JSON and return the JSON answer; throws `Refused`, or `TypeError` without a connection. */
export async function send(method, address, content) {
  const response = await fetch(address, {
    method,
    headers: {
      "accept": "application/json",
      "content-type": "application/json",
      "x-form-token": formToken(),
    },
    body: content === undefined ? undefined : JSON.stringify(content),
    credentials: "same-origin",
    keepalive: method !== "GET" && content !== undefined && JSON.stringify(content).length < 60_000,
  });
  const answer = response.headers.get("content-type")?.includes("json") ? await response.json() : {};
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** Return a function that runs `act` once nothing has called it for `milliseconds`. */
export function afterPause(act, milliseconds) {
  let timer;
  const paused = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), milliseconds);
  };
  paused.now = (...given) => {
    clearTimeout(timer);
    return act(...given);
  };
  return paused;
}

/** Read the facts that a page left for scripts in `<script type="application/json" id=…>`. */
export const facts = (id) => JSON.parse(document.getElementById(id).textContent);
