// The tasks that need somebody: as the bus told them with the lanes, and as changes tell since.
import { store } from "./store.js";
import { listen, tell } from "./live.js";

/** Changed rows that are remembered: an answer about the lanes may be older than they are, and tells only the first ones of some lanes. */
const mostTold = 200;

let rows = new Map();
const told = new Map();

/** How many have gone since the lanes were read: these still count them. */
export const gone = { questions: 0, failed: 0 };

export const stuckRows = () => [...rows.values()];

const kindOf = row => (row === undefined ? null : row.question !== null ? "questions" : row.state === "failed" ? "failed" : null);

function place(row) {
  const known = rows.get(row.id);
  if (known?.version > row.version) {
    return;
  }

  if (kindOf(row) === null) {
    rows.delete(row.id);
  } else {
    rows.set(row.id, row);
  }
}

function apply(row) {
  const before = rows.get(row.id);
  told.delete(row.id);
  told.set(row.id, row);
  if (told.size > mostTold) {
    told.delete(told.keys().next().value);
  }

  place(row);
  const after = rows.get(row.id);
  if (kindOf(before) !== null && kindOf(before) !== kindOf(after)) {
    gone[kindOf(before)]++;
  }

  if (after === row && (kindOf(before) !== kindOf(row) || before.question !== row.question)) {
    tell("stuck", row);
  }
}

listen({
  lanes: () => {
    rows = new Map(store.stuck.map(row => [row.id, row]));
    told.forEach(place);
    Object.assign(gone, { questions: 0, failed: 0 });
  },
  changes: ({ tasks }) => tasks.forEach(apply),
  reset: () => told.clear(),
  // The next key in this tab is another one.
  left: () => { rows.clear(); told.clear(); },
});
