// The tasks of one lane as lists by state, read page by page and kept up to date by what changes.
import { get } from "./api.js";
import { compare, states } from "./format.js";
import * as scroll from "./scroll.js";

const pageSize = 50;

/** What the bus gives at most. */
const mostAtOnce = 100;

/** How many rows a list may hold beyond those shown before it is read anew. */
const mostHidden = 500;

/** A list that was opened further grows by what comes, so that no row leaves at its end under a reader; up to so many. */
const mostGrown = 1000;

export class LaneTasks {
  /** Called when something is to be drawn anew. */
  changed = () => {};

  /** @param state Only this one; null: all of them, each in a list of its own. */
  constructor(lane, state) {
    this.path = `/v1/channels/${encodeURIComponent(lane.id)}/tasks`;
    this.laneId = lane.id;
    this.state = state;
    const names = lane.mode !== "claimable" ? [null] : state === null ? states : [state];
    this.lists = names.map(name => ({ name, rows: new Map(), shown: scroll.kept(`shown ${name}`) ?? pageSize, next: null, loaded: false, error: null }));
  }

  /** Whether each list is there, or why it is not: they are shown together, so that none pushes another down. */
  get ready() {
    return this.lists.every(list => list.loaded || list.error !== null);
  }

  async load() {
    await Promise.all(this.lists.map(list => this.#read(list)));
    this.changed();
  }

  async more(list) {
    const before = list.shown;
    list.shown += pageSize;
    if (list.rows.size < list.shown && list.next !== null) {
      await this.#read(list, list.next);
    }

    if (list.error !== null) {
      list.shown = before;
    }

    scroll.keep(`shown ${list.name}`, list.shown);
    this.changed();
  }

  /** Changed rows that came while a list was on its way: its answer may be older than they are. */
  #news = new Map();
  #reading = 0;

  /** Puts changed rows where they belong now. */
  apply(tasks) {
    const rows = tasks.filter(row => row.channel_id === this.laneId);
    if (this.#reading > 0) {
      rows.forEach(row => this.#news.set(row.id, row));
    }

    this.#place(rows);
    if (rows.length > 0) {
      this.changed();
    }
  }

  #place(rows) {
    for (const row of rows) {
      for (const list of this.lists) {
        const known = list.rows.get(row.id);
        if (known && known.version > row.version) {
          continue;
        }

        if (list.name === null || list.name === row.state) {
          if (!known && list.shown > pageSize && list.shown < mostGrown) {
            list.shown++;
          }

          list.rows.set(row.id, row);
        } else {
          list.rows.delete(row.id);
        }

        if (list.rows.size > list.shown + mostHidden) {
          this.#read(list).then(() => this.changed());
        }
      }
    }
  }

  /** Open questions first, then the newest changes. */
  rowsOf(list) {
    const isAsked = row => Number(row.question !== null);
    return [...list.rows.values()]
      .sort((a, b) => isAsked(b) - isAsked(a) || compare(b.changed_at, a.changed_at))
      .slice(0, list.shown);
  }

  /** @param cursor Where the next page begins; null: what is shown is read anew, all of it, so that nothing moves under its reader. */
  async #read(list, cursor = null) {
    this.#reading++;
    try {
      const rows = new Map(cursor === null ? [] : list.rows);
      let next = cursor;
      do {
        const limit = Math.min(mostAtOnce, Math.max(pageSize, list.shown - rows.size));
        const query = new URLSearchParams({ limit, ...(list.name && { state: list.name }), ...(next && { cursor: next }) });
        const page = await get(`${this.path}?${query}`);
        page.data.forEach(row => rows.set(row.id, row));
        next = page.next_cursor;
      } while (cursor === null && next !== null && rows.size < list.shown);

      Object.assign(list, { rows, next, loaded: true, error: null });
      this.#place([...this.#news.values()]);
    } catch (error) {
      list.error = error;
    }

    if (--this.#reading === 0) {
      this.#news.clear();
    }
  }
}
