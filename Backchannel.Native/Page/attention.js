// What needs somebody: open questions, failed tasks, open tasks without a worker.
import { Component, html } from "./html.js";
import { store } from "./store.js";
import { gone, stuckRows } from "./stuck.js";
import { listen } from "./live.js";
import { say } from "./dialog.js";
import { answer, reopen } from "./acts.js";
import { LaneLink, TaskLink } from "./links.js";
import { Ago, Said, State } from "./parts.js";
import { beginning, compare, count, number } from "./format.js";

/** Tasks shown of each kind. */
const mostShown = 5;

/** The counts know of tasks whose time is over, which no change tells. */
const stands = row => (row.question !== null ? store.lane(row.channel_id)?.questions : store.lane(row.channel_id)?.failed) > 0;

/** Others on the bus cannot push one's own out of sight. */
const ownFirst = (list, own) => [...list].sort((a, b) => Number(own(b)) - Number(own(a)));

export class Attention extends Component {
  componentDidMount() {
    const draw = () => this.setState({});
    this.end = listen({ lanes: draw, changes: draw, stuck: announce });
  }

  componentWillUnmount() {
    this.end();
  }

  render() {
    const newest = stuckRows().filter(stands).sort((a, b) => compare(b.changed_at, a.changed_at));
    const rows = ownFirst(ownFirst(newest, isOfOwnLane), row => row.mine === true);
    const questions = rows.filter(row => row.question !== null).slice(0, mostShown);
    const failed = rows.filter(row => row.state === "failed").slice(0, mostShown);
    const unmanned = store.lanes.filter(lane => lane.mode === "claimable" && lane.open > 0 && lane.workers.waiting + lane.workers.holding === 0)
      .sort((a, b) => Number(b.own) - Number(a.own) || compare(a.oldest_open_at ?? "", b.oldest_open_at ?? ""));
    const allQuestions = Math.max(0, store.lanes.reduce((sum, lane) => sum + lane.questions, 0) - gone.questions);
    const allFailed = Math.max(0, store.lanes.reduce((sum, lane) => sum + lane.failed, 0) - gone.failed);
    const withMore = (counted, shown) => store.lanes.filter(lane => lane[counted] > shown.filter(row => row.channel_id === lane.id).length);
    const left = ownFirst(store.lanes.filter(lane => lane.mode === "claimable" && lane.claimed > 0 && lane.workers.waiting + lane.workers.holding === 0), lane => lane.own);
    const asked = store.lanes.filter(lane => lane.requests > 0);
    const nothing = asked.length + left.length + questions.length + failed.length + unmanned.length + allQuestions + allFailed === 0;
    return html`
      <section class="attention" aria-labelledby="attention">
        <h2 id="attention">Needs attention</h2>
        ${nothing ? html`<p class="calm"><${State} of="acknowledged">Nothing is stuck.</${State}></p>` : html`
          <ul class="rows">
            ${questions.map(row => html`<${Question} key=${row.id} row=${row} />`)}
            <${Rest} all=${allQuestions} shown=${questions.length} word="open question" of="claimed"
              lanes=${withMore("questions", questions)} />
            ${asked.slice(0, mostShown).map(lane => html`<${Asked} key=${`asked ${lane.id}`} lane=${lane} />`)}
            <${Rest} all=${asked.length} shown=${Math.min(mostShown, asked.length)}
              word="lane that keys ask to come into" plural="lanes that keys ask to come into" lanes=${asked.slice(mostShown)} />
            ${failed.map(row => html`<${Failure} key=${row.id} row=${row} />`)}
            <${Rest} all=${allFailed} shown=${failed.length} word="failed task" of="failed"
              lanes=${withMore("failed", failed)} />
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

const isOfOwnLane = row => store.lane(row.channel_id)?.own === true;

/** Who posted a task may act on it, and who made its lane. */
const isOwn = row => row.mine === true || isOfOwnLane(row);

/** Nobody can speak to this key by tasks of others in lanes of others. */
function announce(row) {
  if (isOwn(row)) {
    say(row.question !== null ? `A question in ${store.laneName(row.channel_id)}: ${beginning(row.question)}` : `A task failed in ${store.laneName(row.channel_id)}.`);
  }
}

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
    ${at > 0 && ", "}<a href=${`#/lane/${lane.id}${of ? `?state=${of}` : ""}`}><${Said}>${lane.name}</${Said}></a>`)}${
    lanes.length > mostLinks && ` and ${count(lanes.length - mostLinks, "more lane")}`}</li>`;
