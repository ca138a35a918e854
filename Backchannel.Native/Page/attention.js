// What needs somebody: open questions, failed tasks, open tasks without a worker.
import { Component, html } from "./html.js";
import { mostStuck, store } from "./store.js";
import { listen } from "./live.js";
import { say } from "./dialog.js";
import { answer, reopen } from "./acts.js";
import { LaneLink, TaskLink } from "./links.js";
import { Ago, Said, State } from "./parts.js";
import { beginning, compare, count, number } from "./format.js";

/** The counts know of tasks whose time is over, which no change tells. */
const stands = row => (row.question !== null ? store.lane(row.channel_id)?.questions : store.lane(row.channel_id)?.failed) > 0;

/** Others on the bus cannot push one's own out of sight. */
const ownFirst = (list, own) => [...list].sort((a, b) => Number(own(b)) - Number(own(a)));

const wanted = row => row.question !== null || row.state === "failed";

export class Attention extends Component {
  rows = new Map(store.stuck.map(row => [row.id, row]));

  /** Changed rows since the last answer about the lanes. The next one may be older than they are. */
  told = new Map();

  componentDidMount() {
    this.end = listen({ lanes: () => this.take(), changes: ({ tasks }) => this.apply(tasks) });
  }

  componentWillUnmount() {
    this.end();
  }

  take() {
    this.rows = new Map(store.stuck.map(row => [row.id, row]));
    this.told.forEach(row => this.place(row));
    this.told.clear();
    this.setState({});
  }

  /** A change is told sooner than the lanes' new answer. */
  apply(tasks) {
    for (const row of tasks) {
      const known = this.rows.get(row.id);
      if (row.question !== null && (known?.question ?? null) !== row.question) {
        say(`A question in ${store.laneName(row.channel_id)}: ${beginning(row.question)}`);
      } else if (row.state === "failed" && !known) {
        say(`A task failed in ${store.laneName(row.channel_id)}.`);
      }

      this.told.set(row.id, row);
      this.place(row);
    }

    this.setState({});
  }

  place(row) {
    if (this.rows.get(row.id)?.version > row.version) {
      return;
    }

    if (wanted(row)) {
      this.rows.set(row.id, row);
    } else {
      this.rows.delete(row.id);
    }
  }

  render() {
    const rows = ownFirst([...this.rows.values()].filter(stands).sort((a, b) => compare(b.changed_at, a.changed_at)), isOwn);
    const questions = rows.filter(row => row.question !== null);
    const failed = rows.filter(row => row.state === "failed").slice(0, mostStuck);
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
        ${nothing ? html`<p class="calm"><${State} of="acknowledged">Nothing is stuck.</${State}></p>` : html`
          <ul class="rows">
            ${questions.slice(0, mostStuck).map(row => html`<${Question} key=${row.id} row=${row} />`)}
            <${Rest} all=${allQuestions} shown=${Math.min(mostStuck, questions.length)} word="open question" of="claimed"
              lanes=${store.lanes.filter(lane => lane.questions > 0)} />
            ${asked.slice(0, mostStuck).map(lane => html`<${Asked} key=${`asked ${lane.id}`} lane=${lane} />`)}
            ${failed.map(row => html`<${Failure} key=${row.id} row=${row} />`)}
            <${Rest} all=${allFailed} shown=${failed.length} word="failed task" of="failed"
              lanes=${store.lanes.filter(lane => lane.failed > 0)} />
            ${unmanned.slice(0, mostStuck).map(lane => html`<${Unmanned} key=${lane.id} lane=${lane} />`)}
            ${left.slice(0, mostStuck).map(lane => html`<${Left} key=${`left ${lane.id}`} lane=${lane} />`)}
            <${Rest} all=${left.length} shown=${Math.min(mostStuck, left.length)}
              word="lane with claimed tasks and no worker" plural="lanes with claimed tasks and no worker" of="claimed" lanes=${left.slice(mostStuck)} />
            <${Rest} all=${unmanned.length} shown=${Math.min(mostStuck, unmanned.length)}
              word="lane without a worker" plural="lanes without a worker" of="open" lanes=${unmanned.slice(mostStuck)} />
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
