// Going back leads to the place that was left: the browser's own way comes too early, before a view has its rows.
history.scrollRestoration = "manual";

/** How far each entry of the tab's history was scrolled when it was left. */
const left = new Map();
let entry = enter();

/** Tells new entries and those that are returned to apart. */
function enter() {
  const known = history.state?.entry;
  if (known === undefined) {
    history.replaceState({ entry: Date.now() }, "");
  }

  return history.state.entry;
}

/** To be called when the address has changed and the old view still stands. @returns Where the new view begins. */
export function leave() {
  left.set(entry, scrollY);
  entry = enter();
  return left.get(entry) ?? 0;
}

/** What a view keeps for when one comes back to this entry. */
const notes = new Map();
export const keep = (name, value) => notes.set(`${entry} ${name}`, value);
export const kept = name => notes.get(`${entry} ${name}`);

/** Scrolls as soon as there is something to scroll. */
export function settle(target, tries = 40) {
  scrollTo(0, target);
  if (Math.ceil(scrollY) < target && tries > 0) {
    setTimeout(() => settle(target, tries - 1), 25);
  }
}
