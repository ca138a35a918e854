// Times, numbers and words for people.
import { now } from "./store.js";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "3 min ago", "in 4 min". */
export function ago(time) {
  const ms = now() - Date.parse(time);
  const length = duration(Math.abs(ms));
  return Math.abs(ms) < 10_000 ? "just now" : length === null ? date(time) : ms > 0 ? `${length} ago` : `in ${length}`;
}

/** "for 3 min", of what began at a time. */
export function lasting(from) {
  const length = duration(Math.max(0, now() - Date.parse(from)));
  return length === null ? `since ${date(from)}` : `for ${length}`;
}

/** "3 min"; null for more than two weeks. */
export function duration(ms) {
  return ms < 1000 ? "less than 1 s"
    : ms < minute ? `${ms < 10_000 ? Math.round(ms / 1000) : Math.floor(ms / 10_000) * 10} s`
    : ms < hour ? `${Math.floor(ms / minute)} min`
    : ms < day ? `${Math.floor(ms / hour)} h`
    : ms < 14 * day ? `${Math.floor(ms / day)} d`
    : null;
}

/** A formatter takes the browser more than 30 ms to make, so it is made when it is first needed. */
const made = new Map();
function formatter(options) {
  const key = JSON.stringify(options);
  return made.get(key) ?? made.set(key, new Intl.DateTimeFormat(undefined, options)).get(key);
}

const date = time => formatter({ dateStyle: "medium" }).format(Date.parse(time));
export const exact = time => formatter({ dateStyle: "medium", timeStyle: "medium" }).format(Date.parse(time));

/** 12345 → "12,345". */
export const number = value => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
export const count = (value, word, plural = `${word}s`) => `${number(value)} ${value === 1 ? word : plural}`;

export function bytes(value) {
  return value < 1024 ? count(value, "byte") : value < 1024 * 1024 ? `${number(Math.round(value / 1024))} KiB` : `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** The first line of a text, for titles. */
export function beginning(text, length = 80) {
  const line = text.trim().split(/\r?\n/, 1)[0];
  return line.length > length ? `${line.slice(0, length).trimEnd()}…` : line;
}

/** An id in short by its end: ids of one minute begin alike. */
export const brief = id => `…${id.slice(-8)}`;

/** The states of tasks in the order in which they want attention. */
export const states = ["failed", "claimed", "open", "waiting", "acknowledged", "cancelled"];

export const stateWords = {
  open: "open",
  claimed: "claimed",
  waiting: "waiting",
  failed: "failed",
  cancelled: "cancelled",
  acknowledged: "done",
  expired: "expired",
  question: "question",
  message: "message",
};

export const stateHelp = {
  open: "The next worker that asks takes it.",
  claimed: "A worker holds it.",
  waiting: "For its time, or for other tasks.",
  failed: "Nobody tries again until it is reopened.",
  cancelled: "It was taken back.",
  acknowledged: "A worker has done it.",
};

export const outcomeWords = {
  acknowledged: "done",
  released: "given back",
  failed: "failed",
  lease_ran_out: "the worker did not renew its lease",
  session_ended: "the worker’s process ended",
};

/** Who posted a message, as it calls itself. */
export const poster = message => message.actor?.name ?? message.actor_label ?? "somebody";

/** Orders times of the bus, which are texts of one form. */
export const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
