// One lane: its tasks by state, the newest changes first, and a search over all it ever held.
import { Component, html } from "./html.js";
import { refreshLanes, showCounts, store } from "./store.js";
import { listen, lostSome, paced, readAhead } from "./live.js";
import { LaneTasks } from "./lanetasks.js";
import { AccessRequests, invite, postTask } from "./laneacts.js";
import { Hits } from "./search.js";
import { TaskRow } from "./row.js";
import { Workers } from "./lanes.js";
import { Ago, Empty, Loading, Plot, Said, Shape, Trouble } from "./parts.js";
import { number, stateHelp, states, stateWords } from "./format.js";

/** How long typing rests before a search begins. */
const rest = 300;

const stateIn = query => (states.includes(query.get("state")) ? query.get("state") : null);

/** Gives the tasks of a lane that were read before its view is drawn. */
let ahead = () => null;

/** For the view of this lane, if it is drawn next. Most lanes are for tasks, so it does not wait to be told that this one is. */
export async function readLane(id, query) {
  ahead = await readAhead(async () => {
    const tasks = new LaneTasks({ id, mode: "claimable" }, stateIn(query));
    await tasks.load();
    return tasks;
  });
}

export class LaneView extends Component {
  state = { typed: this.props.query.get("q") ?? "", settled: false };
  lane = store.lane(this.props.id);

  componentDidMount() {
    this.end = listen({
      lanes: () => this.open(),
      changes: answer => {
        this.tasks?.apply(answer.tasks);
        if (lostSome(answer, this.props.id)) {
          this.reload();
        }
      },
      reset: () => this.reload(),
    });
    this.endCounts = showCounts();
    this.open();
    if (!this.lane) {
      // It may have been made since the lanes were read.
      refreshLanes();
    }
  }

  componentWillUnmount() {
    this.end();
    this.endCounts();
    this.gone = true;
    clearTimeout(this.timer);
  }

  componentDidUpdate(before) {
    if (this.lane && before.query.get("state") !== this.props.query.get("state")) {
      this.read();
    }

    if (before.query.get("q") !== this.props.query.get("q")) {
      this.setState({ typed: this.props.query.get("q") ?? "" });
    }
  }

  /** After a reset each list is read anew. */
  reload = paced(() => (this.gone ? undefined : this.tasks?.load()), 1000, states.length);

  /** A lane may become known later than its view is opened. */
  open() {
    // One that is in a full list no more may only have been pushed out of it.
    this.lane = store.lane(this.props.id) ?? (store.more ? this.lane : undefined);
    if (this.lane && !this.tasks) {
      this.read();
    } else {
      this.setState({});
    }
  }

  read() {
    const state = stateIn(this.props.query);
    const known = ahead();
    const isKnown = known?.laneId === this.lane.id && known.state === state && this.lane.mode === "claimable";
    const tasks = isKnown ? known : new LaneTasks(this.lane, state);
    tasks.changed = () => this.tasks === tasks && this.setState({});
    this.tasks = tasks;
    tasks.changed();
    // What was read ahead was read before the place from which changes are followed.
    tasks.load();
  }

  type = event => {
    const typed = event.target.value;
    this.setState({ typed });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const query = new URLSearchParams(this.props.query);
      typed.trim() ? query.set("q", typed.trim()) : query.delete("q");
      location.replace(`#/lane/${this.props.id}?${query}`);
    }, rest);
  };

  render({ id, query }, { typed, settled }) {
    const { lane } = this;
    if (!lane) {
      return html`<h1 tabindex="-1">This lane is not among yours</h1>
        <${Empty}><p>It is gone, or this key may not see it${store.more && ", or it has no unfinished task and is beyond those that are known here"}. <a href="#/">See your lanes</a>.</p></${Empty}>`;
    }

    const words = query.get("q");
    const asked = lane.own && lane.access === "restricted";
    return html`
      <p class="path"><a href="#/">Lanes</a></p>
      <div class="bar-of">
        <h1 tabindex="-1"><${Said}>${lane.name}</${Said}></h1>
        <div class="buttons">
          <button type="button" class="main" onClick=${() => postTask(lane)}>${lane.mode === "claimable" ? "Post a task…" : "Post a message…"}</button>
          ${lane.access === "restricted" && html`<button type="button" onClick=${() => invite(lane)}>Invite…</button>`}
        </div>
      </div>
      <div class="about">
        <div>
          ${lane.description && html`<p dir="auto">${lane.description}</p>`}
          <p class="muted">${lane.mode === "claimable" ? html`Workers: <${Workers} lane=${lane} />` : "Broadcast: every reader gets every message"}
            ${lane.workers.last_claim_at && html` · last claim <${Ago} at=${lane.workers.last_claim_at} />`}
            ${lane.access === "open" ? " · for every key" : " · for members only"} · id <code>${id}</code></p>
        </div>
        <p class="hour"><${Plot} posts=${lane.posts} acks=${lane.acks} />
          <span class="key"><span class="posts">posts</span> <span class="acks">done</span> of the last hour</span></p>
      </div>
      ${asked && html`<${AccessRequests} lane=${lane} ready=${() => settled || this.setState({ settled: true })} />`}
      <div class=${asked && !settled ? "tools unsettled" : "tools"}>
        ${lane.mode === "claimable" && html`<${Chips} lane=${lane} query=${query} />`}
        <label class="filter">Search this lane <input type="search" value=${typed} onInput=${this.type} /></label>
      </div>
      ${words ? html`<${Hits} key=${words} words=${words} channel=${id} />` : !this.tasks?.ready || (asked && !settled) ? html`<${Loading} />`
        : this.lists(stateIn(query) !== null)}`;
  }

  lists(alone) {
    // One word is enough where no list can be read.
    if (this.tasks.lists.every(list => list.error !== null && list.rows.size === 0)) {
      return html`<${Trouble} error=${this.tasks.lists[0].error} again=${() => this.tasks.load()} />`;
    }

    return this.tasks.lists.map(list => html`<${List} key=${list.name} list=${list} lane=${this.lane} tasks=${this.tasks} alone=${alone} />`);
  }
}

const countOf = (lane, state) => (state === "acknowledged" ? lane.done : lane[state]);

function Chips({ lane, query }) {
  const chip = (state, word, figure) => {
    const target = new URLSearchParams(query);
    state === null ? target.delete("state") : target.set("state", state);
    target.delete("q");
    const href = `#/lane/${lane.id}${target.size > 0 ? `?${target}` : ""}`;
    return html`<li><a class=${`chip of-${state}`} href=${href} aria-current=${query.get("state") === state ? "true" : undefined}>
      ${state !== null && html`<${Shape} of=${state} />`}${word}${figure !== null && html` <span class="count">${number(figure)}</span>`}</a></li>`;
  };
  return html`
    <nav aria-label="States"><ul class="chips">
      ${chip(null, "all", null)}
      ${states.map(state => chip(state, state === "acknowledged" ? "done today" : stateWords[state], countOf(lane, state)))}
    </ul></nav>`;
}

function List({ list, lane, tasks, alone }) {
  const rows = tasks.rowsOf(list);
  // In the overview an empty state is no news.
  if (list.loaded && rows.length === 0 && !alone && list.name !== null && list.name !== "open") {
    return null;
  }

  const id = `list-${list.name ?? "all"}`;
  const all = list.name === null || list.name === "acknowledged" ? "" : ` of ${number(Math.max(lane[list.name], rows.length))}`;
  const more = list.rows.size > rows.length || list.next !== null;
  return html`
    <section class="list" aria-labelledby=${id}>
      <h2 id=${id}>${list.name === null ? "Messages" : html`<span class=${`state of-${list.name}`}><${Shape} of=${list.name} />${title(list.name)}</span>`}
        ${list.name && html` <span class="muted note-of">${stateHelp[list.name]}</span>`}</h2>
      ${rows.length === 0 ? !list.error && html`<p class="muted">${list.name === null ? "No messages are kept here now." : `No task is ${stateWords[list.name]}.`}</p>`
        : html`
          <ul class="rows">${rows.map(row => html`<${TaskRow} key=${row.id} row=${row} under=${list.name ?? "message"} />`)}</ul>
          ${more && !list.error && html`<p class="more"><button type="button" onClick=${() => tasks.more(list)}>Show 50 more</button>
            <span class="muted">${number(rows.length)} shown${all}</span></p>`}`}
      ${list.error && html`<${Trouble} error=${list.error} again=${() => tasks.load()} />`}
    </section>`;
}

const title = state => stateWords[state][0].toUpperCase() + stateWords[state].slice(1);
