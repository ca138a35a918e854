// The life of a task as events, the oldest first, and as a text to copy.
import { html } from "./html.js";
import { compare, count, duration, outcomeWords, poster, stateWords } from "./format.js";
import { Ago, Content, Said, Shape } from "./parts.js";

/** @returns [{at, shape, before, name, after, text}]: a sentence around a name, and what was said. */
export function eventsOf({ message, task, acks }) {
  const attempts = task?.attempts ?? [];
  const events = [
    { at: message.created_at, shape: "message", before: "Posted by ", name: poster(message), after: "" },
    ...attempts.flatMap(eventsOfAttempt),
    ...(task?.notes ?? []).map(eventOfNote),
  ];

  if (task?.state === "claimed" && message.claimed_by) {
    events.push({ at: message.claimed_at, shape: "claimed", before: "Claimed by ", name: message.claimed_by.name, after: ", who holds it now" });
  }

  // While the task is held, its progress stands above.
  if (task?.progress && task.state !== "claimed") {
    const { at, by, percent, text } = task.progress;
    events.push({ at, shape: "claimed", before: "Progress of ", name: by, after: percent === undefined ? "" : `: ${percent} %`, text });
  }

  if (!attempts.some(attempt => attempt.outcome === "acknowledged")) {
    events.push(...(acks ?? []).map(ack => ({ at: ack.occurred_at, shape: "acknowledged", before: "Done by ", name: ack.name, after: "" })));
  }

  if (task?.reopened_at) {
    events.push({ at: task.reopened_at, shape: "open", before: "Reopened: its attempts count from none again", name: "", after: "" });
  }

  if (task?.ended_at && (task.state === "failed" || task.state === "cancelled")) {
    events.push(eventOfEnd(task, attempts.at(-1)));
  }

  return events.sort((a, b) => compare(a.at, b.at));
}

function eventOfEnd({ state, ended_at: at, ended_by: by, reason }, last) {
  const failed = state === "failed";
  // The attempt before it gave the same reason.
  return failed && last?.ended_at === at
    ? { at, shape: state, before: "No attempt was left: the task failed", name: "", after: "" }
    : {
      at, shape: state, text: reason, after: "", name: by?.name ?? "",
      before: by ? `${failed ? "Failed" : "Cancelled"} by ` : `The task ${failed ? "failed" : "was cancelled"}`,
    };
}

function eventsOfAttempt({ number, worker, started_at: from, ended_at: to, outcome, reason }) {
  const took = duration(Math.max(0, Date.parse(to) - Date.parse(from)));
  const length = took === null ? "" : ` after ${took}`;
  const name = worker?.name ?? "a worker that is gone";
  const shape = outcome === "acknowledged" ? "acknowledged" : outcome === "released" ? "open" : "failed";
  return [
    { at: from, shape: "claimed", before: `Attempt ${number}: claimed by `, name, after: "" },
    { at: to, shape, before: `Attempt ${number} of `, name, after: ` ended${length}: ${outcomeWords[outcome] ?? outcome}`, text: reason },
  ];
}

const noteWords = { question: "Question from ", answer: "Answer from ", comment: "Comment from " };
const closings = { answered: "", withdrawn: " (taken back)", attempt_ended: " (its attempt ended before an answer)" };

const eventOfNote = note => ({
  at: note.at,
  shape: note.kind === "question" ? "question" : "message",
  before: noteWords[note.kind] ?? "Note of ",
  name: note.by,
  after: note.kind !== "question" ? "" : note.closed ? closings[note.closed] ?? "" : " (open)",
  text: note.text,
});

export const Timeline = ({ events, leftOut }) => html`
  ${leftOut > 0 && html`<p class="muted">${count(leftOut, "older entry", "older entries")} left out: the answer would be too long.</p>`}
  <ol class="timeline">${events.map((event, at) => html`
    <li key=${`${event.at} ${at}`} class=${`of-${event.shape}`}>
      <span class="dot"><${Shape} of=${event.shape} /></span>
      <div>
        <p>${event.before}${event.name && html`<${Said}>${event.name}</${Said}>`}${event.after} <span class="muted"><${Ago} at=${event.at} /></span></p>
        ${event.text && html`<${Content} text=${event.text} limit=${600} lines=${8} />`}
      </div>
    </li>`)}
  </ol>`;

/** The task as plain text, to put into a mail or an issue. */
export function toText(state, laneName) {
  const { message, task, result } = state;
  const lines = [
    `Task ${message.id}`,
    `Lane: ${laneName}`,
    task && `State: ${stateWords[task.state] ?? task.state}${task.reason ? `, because: ${task.reason}` : ""}`,
    task && `Priority: ${task.priority}; attempts used: ${task.attempts_used}${task.max_attempts ? ` of ${task.max_attempts}` : ""}`,
    ...(task?.depends_on ?? []).map(other => `Comes after: ${other.id} (${stateWords[other.state] ?? other.state})`),
    task?.state === "claimed" && task.progress && progressText(task.progress),
    ...filesText(message),
    "",
    message.content,
    "",
    "What happened:",
    ...eventsOf(state).map(event => `${event.at}  ${event.before}${event.name}${event.after}${event.text ? `\n${indent(event.text)}` : ""}`),
    ...(result ? ["", "Result:", result.content, ...filesText(result)] : []),
  ];
  return `${lines.filter(line => line !== undefined && line !== null && line !== false).join("\n")}\n`;
}

const filesText = of => (of.files ?? []).map(file => `File: ${file.name} (${file.bytes} bytes, sha256 ${file.sha256})`);

const progressText = ({ at, percent, text }) => ["Progress:", Number.isInteger(percent) && `${percent} %`, text, `(${at})`].filter(Boolean).join(" ");

const indent = text => text.split("\n").map(line => `    ${line}`).join("\n");
