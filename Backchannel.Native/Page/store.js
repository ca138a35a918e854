// What every view needs: who is signed in, the lanes, and the bus's clock.
import { get, hasKey } from "./api.js";
import * as live from "./live.js";

export const store = {
  me: null,
  lanes: [],
  stuck: [],
  more: false,
  error: null,
  loaded: false,
  lane: id => store.lanes.find(lane => lane.id === id),
  laneName: id => store.lane(id)?.name ?? "another lane",
};

/** Tasks that need somebody, asked for of each kind: some more than are shown, for when these go. */
const mostStuck = 10;

/** How far the bus's clock is ahead of this machine's, in ms. */
let ahead = 0;
export const now = () => Date.now() + ahead;

/** @param asked The answer to who is signed in, which is on its way. */
export async function enter(asked) {
  // A stored key is most likely a good one; without one, most people are newcomers.
  const [me, cursor] = hasKey() ? await Promise.all([asked, loadLanes()]) : [await asked, await loadLanes()];
  store.me = me;
  live.start(cursor);
}

export function leave() {
  live.stop();
  Object.assign(store, { me: null, lanes: [], stuck: [], loaded: false, error: null });
  live.tell("left");
}

/** @returns The cursor from which changes are to be followed. */
export async function loadLanes() {
  try {
    const midnight = new Date(now()).setHours(0, 0, 0, 0);
    const answer = await get(`/v1/lanes?stuck=${mostStuck}&since=${encodeURIComponent(new Date(midnight).toISOString())}`);
    ahead = Date.parse(answer.now) - Date.now();
    Object.assign(store, { lanes: answer.lanes, stuck: answer.stuck, more: answer.more, loaded: true, error: null });
    behind = false;
    live.tell("lanes");
    return answer.cursor;
  } catch (error) {
    // What was asked with another key is no news of this one.
    if (error.name !== "AbortError") {
      store.error = error;
      live.tell("lanes");
    }

    throw error;
  }
}

/** At most once a second. A bus that is gone is the bar's to tell, and its return reads everything anew. */
export const refreshLanes = live.paced(() => (store.me === null ? undefined : loadLanes().catch(() => {})), 1000);

/** Plots and "done today" move on with the clock, and workers go without a word. In ms. */
const lookAgain = 15_000;
setInterval(() => showing > 0 && !document.hidden && refreshLanes(), lookAgain);

/** How many views show counts, and whether these are behind because none did. */
let showing = 0;
let behind = false;

/** For a view that shows counts: from now on they are kept up to date. @returns What ends it. */
export function showCounts() {
  showing++;
  if (behind) {
    refreshLanes();
  }

  return () => { showing--; };
}

live.listen({
  changes: ({ lanes }) => {
    if (showing > 0 || lanes.some(id => !store.lane(id))) {
      refreshLanes();
    } else {
      behind = true;
    }
  },
  reset: () => refreshLanes(),
});
