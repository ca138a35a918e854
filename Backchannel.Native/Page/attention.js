// What needs somebody: open questions, failed tasks, open tasks without a worker.
import { Component, html } from "./html.js";
import { get } from "./api.js";
import { store } from "./store.js";
import { listen, paced, readAhead, turn } from "./live.js";
import { say } from "./dialog.js";
import { answer, reopen } from "./acts.js";
import { LaneLink, TaskLink } from "./links.js";
import { Ago, Said, State, Trouble } from "./parts.js";
import { beginning, compare, count, number } from "./format.js";

/** Lists asked for when the view opens, and tasks shown of each kind. */
const mostLists = 8;
const mostShown = 5;

/** Between two readings of lists, in ms. */
const pause = 5000;

/** Lists to be read of the lanes. */
const listsOf = () => ownFirst(store.lanes, lane => lane.own)
  .flatMap(lane => [lane.questions > 0 && `${lane.id}/tasks?state=claimed&limit=100`, lane.failed > 0 && `${lane.id}/tasks?state=failed&limit=${mostShown}`])
  .filter(Boolean);

/** A list that cannot be read is told by its lane's counts all the same, and read again. */
const read = list => get(`/v1/channels/${list}`).catch(error => ({ data: [], error, list }));

/** Gives lists and their first pages that were read before the view is drawn. */
let ahead = () => null;

/** For the view that is drawn next. */
export async function readAttention() {
  ahead = await readAhead(async () => {
    const lists = listsOf().slice(0, mostLists);
    return { lists, pages: await Promise.all(lists.map(read)) };
  });
}

/** The counts know of tasks whose time is over, which no change tells. */
const stands = row => (row.question !== null ? store.lane(row.channel_id)?.questions : store.lane(row.channel_id)?.failed) > 0;

/** Others on the bus cannot push one's own out of sight. */
const ownFirst = (list, own) => [...list].sort((a, b) => Number(own(b)) - Number(own(a)));

const wanted = row => row.question !== null || row.state === "failed";

export class Attention extends Component {
  rows = new Map();

  /** Lists that were read already; from then on changes keep them. */
  asked = new Set();
  opened = false;
  error = null;
  stale = false;

  componentDidMount() {
    this.end = listen({
      lanes: () => {
        this.setState({});
        if (this.lists().length > 0) {
          this.reread();
        }
      },
      reset: () => { this.asked.clear(); this.stale = true; },
      changes: ({ tasks }) => this.apply(tasks, true),
    });
    const known = ahead();
    if (known === null) {
      this.load();
    } else {
      const { lists, pages } = known;
      lists.forEach(list => this.asked.add(list));
      this.show(pages);
    }
  }

  componentWillUnmount() {
    this.gone = true;
    this.end();
  }

  /** Changes tell of most; what is left may come a little later. */
  reread = paced(() => this.load(), pause);

  /** Those that are still to be read. */
  lists() {
    return listsOf().filter(list => !this.asked.has(list)).slice(0, mostLists - this.asked.size);
  }

  async load() {
    const lists = this.lists();
    lists.forEach(list => this.asked.add(list));
    this.show(lists.length === 0 ? [] : await Promise.all(lists.map(list => this.read(list))));
  }

  show(pages) {
    if (!this.opened) {
      this.opened = true;
      this.props.ready();
    }

    if (this.stale) {
      this.stale = false;
      this.rows.clear();
    }

    const missing = pages.filter(page => page.error);
    missing.forEach(({ list }) => this.asked.delete(list));
    this.error = missing[0]?.error ?? null;
    if (missing.length > 0 && !this.gone) {
      this.reread();
    }

    this.apply(pages.flatMap(page => page.data), false);
  }

  /** What the view opens with is read at once. */
  async read(list) {
    if (this.opened) {
      await turn();
    }

    return read(list);
  }

  apply(tasks, isNew) {
    for (const row of tasks) {
      const known = this.rows.get(row.id);
      if (known && known.version > row.version) {
        continue;
      }

      if (isNew && wanted(row) && (known?.question ?? null) !== row.question) {
        say(`A question in ${store.laneName(row.channel_id)}: ${beginning(row.question)}`);
      } else if (isNew && row.state === "failed" && !known) {
        say(`A task failed in ${store.laneName(row.channel_id)}.`);
      }

      if (wanted(row)) {
        this.rows.set(row.id, row);
      } else {
        this.rows.delete(row.id);
      }
    }

    this.setState({});
  }

  render() {
    const rows = ownFirst([...this.rows.values()].filter(stands).sort((a, b) => compare(b.changed_at, a.changed_at)), isOwn);
    const questions = rows.filter(row => row.question !== null);
    const failed = rows.filter(row => row.state === "failed").slice(0, mostShown);
    const unmanned = store.lanes.filter(lane => lane.mode === "claimable" && lane.open > 0 && lane.workers.waiting + lane.workers.holding === 0)
      .sort((a, b) => Number(b.own) - Number(a.own) || compare(a.oldest_open_at ?? "", b.oldest_open_at ?? ""));
    const allQuestions = store.lanes.reduce((sum, lane) => sum + lane.questions, 0);
    const allFailed = store.lanes.reduce((sum, lane) => sum + lane.failed, 0);
    const left = ownFirst(store.lanes.filter(lane => lane.mode === "claimable" && lane.claimed > 0 && lane.workers.waiting + lane.workers.holding === 0), lane => lane.own);
    const asked = store.lanes.filter(lane => lane.requests > 0);
    const nothing = asked.length + left.length + questions.length + failed.length + unmanned.length + allQuestions + allFailed === 0;
    return html`
      <section class="attention" aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        ${this.error !== null && html`<${Trouble} error=${this.error} again=${this.reread} />`}
        ${!this.opened ? null : nothing ? html`<p class="calm"><${State} of="acknowledged">Nothing is stuck.</${State}></p>` : html`
          <ul class="rows">
            ${questions.slice(0, mostShown).map(row => html`<${Question} key=${row.id} row=${row} />`)}
            <${Rest} all=${allQuestions} shown=${Math.min(mostShown, questions.length)} word="open question" of="claimed"
              lanes=${store.lanes.filter(lane => lane.questions > 0)} />
            ${asked.slice(0, mostShown).map(lane => html`<${Asked} key=${`asked ${lane.id}`} lane=${lane} />`)}
            ${failed.map(row => html`<${Failure} key=${row.id} row=${row} />`)}
            <${Rest} all=${allFailed} shown=${failed.length} word="failed task" of="failed"
              lanes=${store.lanes.filter(lane => lane.failed > 0)} />
            ${unmanned.slice(0, mostShown).map(lane => html`<${Unmanned} key=${lane.id} lane=${lane} />`)}
            ${left.slice(0, mostShown).map(lane => html`<${Left} key=${`left ${lane.id}`} lane=${lane} />`)}
            <${Rest} all=${left.length} shown=${Math.min(mostShown, left.length)}
              word="lane with claimed tasks and no worker" plural="lanes with claimed tasks and no worker" of="claimed" lanes=${left.slice(mostShown)} />
            <${Rest} all=${unmanned.length} shown=${Math.min(mostShown, unmanned.length)}
              word="lane without a worker" plural="lanes without a worker" of="open" lanes=${unmanned.slice(mostShown)} />
          </ul>`}
      </section>`;
  }
}

/** Who made the lane may act on all its tasks; of another's lane the task's own view knows whether this key posted it. */
const isOwn = row => store.lane(row.channel_id)?.own === true;

const Question = ({ row }) => html`
  <li class="row of-question">
    <p class="row-top"><${State} of="question" /> <span><${Said}>${row.holder?.name ?? "A worker"}</${Said}> asks in <${LaneLink} id=${row.channel_id} />:</span></p>
    <p class="asked" dir="auto">${beginning(row.question, 300)}</p>
    <p class="row-end"><span class="muted">about</span> <${TaskLink} id=${row.id} content=${row.content} /></p>
    ${isOwn(row) && html`
      <div class="buttons">
        <button type="button" class="main" onClick=${() => answer(row)} aria-label=${`Answer: ${beginning(row.question, 60)}`}>Answer…</button>
      </div>`}
  </li>`;

const Failure = ({ row }) => html`
  <li class="row of-failed">
    <p class="row-top"><${State} of="failed" /> <${TaskLink} id=${row.id} content=${row.content} /></p>
    ${row.reason && html`<p class="reason clip" dir="auto">${row.reason}</p>`}
    <p class="row-end muted">in <${LaneLink} id=${row.channel_id} /> <${Ago} at=${row.ended_at ?? row.changed_at} />, after ${count(row.attempts_used, "attempt")}</p>
    ${isOwn(row) && html`
      <div class="buttons">
        <button type="button" onClick=${() => reopen(row)} aria-label=${`Reopen: ${beginning(row.content, 60)}`}>Reopen…</button>
      </div>`}
  </li>`;

const Asked = ({ lane }) => html`
  <li class="row of-request">
    <p class="row-top"><span>${count(lane.requests, "key asks", "keys ask")} to come into <${LaneLink} id=${lane.id} />.</span></p>
  </li>`;

const Unmanned = ({ lane }) => html`
  <li class="row of-open">
    <p class="row-top"><${State} of="open">${count(lane.open, "open task")}</${State}>
      <span>in <${LaneLink} id=${lane.id} />, and <strong>no worker is there</strong></span></p>
    <p class="row-end muted">${lane.oldest_open_at && html`The oldest was posted <${Ago} at=${lane.oldest_open_at} />. `}
      ${lane.workers.last_claim_at ? html`The last claim was <${Ago} at=${lane.workers.last_claim_at} />.` : "Nobody ever took a task here."} <a href="#/workers">How to start a worker</a></p>
  </li>`;

const Left = ({ lane }) => html`
  <li class="row of-claimed">
    <p class="row-top"><${State} of="claimed">${count(lane.claimed, "claimed task")}</${State}>
      <span>in <${LaneLink} id=${lane.id} />, and <strong>no worker has been seen lately</strong></span></p>
    <p class="row-end muted">A task is open again when its lease runs out. <a href="#/workers">See until when</a></p>
  </li>`;

/** Links to what is not shown above, as far as they do not fill the view. */
const mostLinks = 10;
const Rest = ({ all, shown, word, plural = `${word}s`, of, lanes }) => all > shown && html`
  <li class="rest">${number(all - shown)} more ${all - shown === 1 ? word : plural}: ${lanes.slice(0, mostLinks).map((lane, at) => html`
    ${at > 0 && ", "}<a href=${`#/lane/${lane.id}?state=${of}`}><${Said}>${lane.name}</${Said}></a>`)}${
    lanes.length > mostLinks && ` and ${count(lanes.length - mostLinks, "more lane")}`}</li>`;
