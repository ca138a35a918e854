// All lanes at a glance, and what is stuck in them.
import { Component, html } from "./html.js";
import { refreshLanes, showCounts, store } from "./store.js";
import { listen } from "./live.js";
import { Attention } from "./attention.js";
import { Ago, Empty, Loading, Plot, Said, Shape, Trouble } from "./parts.js";
import { number } from "./format.js";

/** From so many lanes on, a filter helps. */
const many = 12;

/** Rows of the table until more are asked for: strangers can make lanes too, and many rows make the page slow. One's own come first. */
const firstRows = 50;

export class LanesView extends Component {
  state = { filter: "", rows: firstRows };

  componentDidMount() {
    this.end = listen({ lanes: () => this.setState({}) });
    this.endCounts = showCounts();
  }

  componentWillUnmount() {
    this.end();
    this.endCounts();
  }

  render(_, { filter, rows }) {
    const words = filter.trim().toLowerCase();
    const lanes = store.lanes.filter(lane => lane.name.toLowerCase().includes(words));
    return html`
      <h1 tabindex="-1">Lanes</h1>
      ${store.error !== null && !store.loaded ? html`<${Trouble} error=${store.error} again=${refreshLanes} />`
        : !store.loaded ? html`<${Loading} />`
        : store.lanes.length === 0 ? html`<${NoLanes} />`
        : html`
          <${Attention} />
          <section aria-labelledby="all-lanes">
            <div class="bar-of">
              <h2 id="all-lanes">All lanes</h2>
              ${store.lanes.length >= many && html`
                <label class="filter">Filter <input type="search" value=${filter} onInput=${event => this.setState({ filter: event.target.value })} /></label>`}
            </div>
            <${LaneTable} lanes=${lanes.slice(0, rows)} />
            ${lanes.length > rows && html`<p class="more"><button type="button" onClick=${() => this.setState({ rows: rows + firstRows })}>Show ${firstRows} more</button>
              <span class="muted">${number(rows)} shown of ${number(lanes.length)}. The filter finds the others by their names.</span></p>`}
            ${store.more && html`<p class="muted">This key has more lanes than the ${number(store.lanes.length)} that are known here. Those with unfinished tasks come first.</p>`}
            ${lanes.length === 0 && html`<p class="muted">No lane has “${filter}” in its name.</p>`}
          </section>`}`;
  }
}

const NoLanes = () => html`
  <${Empty}>
    <p><strong>This key has no lanes yet.</strong> A lane is a channel on which tasks are handed over. The first task makes it:</p>
    <pre class="line" tabindex="0">backchannel-mcp call post_task --channel reviews --content "Read src/parser.c and list what could crash."</pre>
    <p>with this key in <code>BACKCHANNEL_API_KEY</code>, or by HTTP, as <a href="/llms.txt">the first steps</a> say. It shows up here at once.</p>
  </${Empty}>`;

// The roles are said again because the narrow layout takes tables apart, and with them what a screen reader would know of them.
function LaneTable({ lanes }) {
  const head = (word, className) => html`<th role="columnheader" scope="col" class=${className}>${word}</th>`;
  return html`
    <table class="lanes" role="table" aria-labelledby="all-lanes">
      <thead role="rowgroup">
        <tr role="row">
          ${head("Lane")}${head("Open", "figure")}${head("Claimed", "figure")}${head("Waiting", "figure")}${head("Failed", "figure")}${head("Done today", "figure")}
          ${head("Workers")}${head("Oldest open")}
          <th role="columnheader" scope="col">Last hour <span class="key"><span class="posts">posts</span> <span class="acks">done</span></span></th>
        </tr>
      </thead>
      <tbody role="rowgroup">${lanes.map(lane => html`<${LaneRow} key=${lane.id} lane=${lane} />`)}</tbody>
    </table>`;
}

function LaneRow({ lane }) {
  const link = (of, value, word, state) => html`
    <a href=${`#/lane/${lane.id}?state=${state}`} class=${`state of-${of}`} aria-label=${`${number(value)} ${word}`}>
      <${Shape} of=${of} />${number(value)}<span class="narrow"> ${word}</span></a>`;
  const figure = (of, value, word) => html`
    <td role="cell" class=${`figure${value === 0 ? " zero" : ""}`}>
      ${value === 0 ? html`<span>0</span>` : link(of, value, word, of)}
      ${of === "claimed" && lane.questions > 0 && link("question", lane.questions, lane.questions === 1 ? "open question" : "open questions", "claimed")}
    </td>`;
  const isWork = lane.mode === "claimable";
  return html`
    <tr role="row">
      <th role="rowheader" scope="row">
        <a href=${`#/lane/${lane.id}`}><${Said}>${lane.name}</${Said}></a>
        ${lane.access === "restricted" && html` <span class="tag">restricted</span>`}${!isWork && html` <span class="tag">broadcast</span>`}${!lane.own && html` <span class="tag">of another key</span>`}
        ${lane.description && html`<p class="muted clip"><${Said}>${lane.description}</${Said}></p>`}
      </th>
      ${isWork ? html`
        ${figure("open", lane.open, "open")}${figure("claimed", lane.claimed, "claimed")}${figure("waiting", lane.waiting, "waiting")}
        ${figure("failed", lane.failed, "failed")}${figure("acknowledged", lane.done, "done today")}
        <td role="cell" data-word="Workers:"><${Workers} lane=${lane} /></td>
        <td role="cell" data-word="Oldest open:" class=${lane.oldest_open_at ? "" : "zero"}>
          ${lane.oldest_open_at ? html`<${Ago} at=${lane.oldest_open_at} />` : html`<span class="muted">–</span>`}
        </td>`
      : html`<td role="cell" colspan="7" class="muted"><span>Messages for all readers</span></td>`}
      <td role="cell" class="plot-cell"><${Plot} posts=${lane.posts} acks=${lane.acks} /></td>
    </tr>`;
}

/** Who is there for the tasks of a lane. */
export function Workers({ lane: { workers, open } }) {
  return workers.waiting + workers.holding === 0
    ? html`<span class=${open > 0 ? "missing" : "muted"}>none</span>`
    : html`<span>${[workers.holding > 0 && `${workers.holding} at work`, workers.waiting > 0 && `${workers.waiting} free`].filter(Boolean).join(", ")}</span>`;
}
