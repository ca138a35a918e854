// What changes, as it changes: one waiting request at a time, for as long as the tab is looked at.
import { get, rate } from "./api.js";

const longestPause = 10_000;
const gathering = 500;
const storm = 2000;

/** The requests that watching may make: half of what the key may, so that its agents and the person's own acts keep the other half. */
class Budget {
  #tokens = 10;
  #at = performance.now();

  async take(sleep) {
    for (;;) {
      const now = performance.now();
      if (rate.limit === 0) {
        this.#at = now;
        return;
      }

      // Of any window's half, ten may come at once and the others spread over it.
      const half = Math.max(2, rate.limit / 2);
      const burst = Math.min(10, half / 2);
      const perMs = (half - burst) / (rate.window * 1000);
      this.#tokens = Math.min(burst, this.#tokens + (now - this.#at) * perMs);
      this.#at = now;
      if (this.#tokens >= 1) {
        this.#tokens -= 1;
        return;
      }

      await sleep((1 - this.#tokens) / perMs);
    }
  }
}

const budget = new Budget();
const plainSleep = ms => new Promise(resolve => setTimeout(resolve, ms));

/** Waits until the page is looked at, and may read once more of what it watches. */
export async function turn() {
  await seen();
  await budget.take(plainSleep);
}

/** How soon what is read now and then is read a second time, in ms. */
const soon = 250;

/**
 * Makes a reading as rare as it may be: one at a time, a pause after each, and the last call counts.
 * @param pause After each of many readings, in ms. The first ones follow sooner: most changes come alone or in a few.
 * @param cost How many requests one reading makes.
 */
export function paced(read, pause, cost = 1) {
  let due = false;
  let busy = false;
  return async () => {
    due = true;
    if (busy) {
      return;
    }

    busy = true;
    let rest = soon;
    while (due) {
      due = false;
      for (let request = 0; request < cost; request++) {
        await turn();
      }

      await read();
      await plainSleep(Math.min(rest, pause));
      rest *= 2;
    }

    busy = false;
  };
}

const seen = () => new Promise(resolve => (document.hidden ? document.addEventListener("visibilitychange", resolve, { once: true }) : resolve()));

const listeners = new Set();
let cursor = null;
let running = false;
let current = new AbortController();
let wakeUp = () => {};

/** "live", or "lost" while the bus does not answer. */
export let status = "live";

/** @param listener May have lanes(), changes(answer), stuck(row), reset(), status(), and left() after signing out. @returns What ends it. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** How long what was read ahead is of use, in ms. */
const useful = 1000;

/**
 * Reads what a view opens with before it is drawn.
 * @returns Gives it once; null: it was given already, it is old, or something has changed since.
 */
export async function readAhead(read) {
  let isOld = false;
  const forget = () => { isOld = true; };
  const end = listen({ changes: forget, reset: forget });
  const found = await read();
  setTimeout(() => { forget(); end(); }, useful);
  return () => {
    const isNew = !isOld;
    forget();
    return isNew ? found : null;
  };
}

export function tell(event, ...values) {
  for (const listener of [...listeners]) {
    listener[event]?.(...values);
  }
}

/** Whether a lane changed, and not by a task that is told: one of its tasks may be gone. */
export const lostSome = ({ lanes, people = [], tasks }, id) => lanes.includes(id) && !people.includes(id) && !tasks.some(row => row.channel_id === id);

export function start(from) {
  cursor = from;
  if (!running) {
    running = true;
    run();
  }
}

export function stop() {
  running = false;
  current.abort();
  wakeUp();
}

export const tryNow = () => wakeUp();

addEventListener("online", () => wakeUp());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    current.abort();
  }
});

function sleep(ms) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    wakeUp = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function run() {
  let pause = 0;
  while (running) {
    try {
      await seen();
      await budget.take(sleep);
      const asked = performance.now();
      const answer = await next();
      const wasLost = status === "lost";
      pause = 0;
      cursor = answer.cursor;
      set("live");
      if (answer.reset || answer.more || wasLost) {
        tell("reset");
      } else if (answer.lanes.length + answer.tasks.length > 0) {
        tell("changes", answer);
      } else if (performance.now() - asked < 1000) {
        // This bus does not wait, or has no place left for it: ask now and then.
        await sleep(2000);
      }

      // A lone change is followed at once; a busy bus is asked for many at a time.
      if (answer.more) {
        await sleep(storm);
      } else if (answer.reset || answer.tasks.length > 1) {
        await sleep(gathering);
      }
    } catch (error) {
      if (error.name === "AbortError" || !running) {
        continue;
      }

      if (error.status === 429) {
        await sleep(1000 * (error.answer.retryAfter || rate.window));
        continue;
      }

      set("lost");
      pause = Math.min(longestPause, pause === 0 ? 500 : pause * 2);
      await sleep(pause);
    }
  }
}

function next() {
  current = new AbortController();
  return get(`/v1/changes?after=${encodeURIComponent(cursor)}&wait=25`, current.signal);
}

function set(value) {
  if (status !== value) {
    status = value;
    tell("status");
  }
}
