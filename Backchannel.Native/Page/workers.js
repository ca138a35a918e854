// Who waits where, who holds what since when, and what ended lately.
import { Component, html } from "./html.js";
import { bus, get, hasKey } from "./api.js";
import { listen, paced } from "./live.js";
import { LaneLink, TaskLink } from "./links.js";
import { TaskRow } from "./row.js";
import { Ago, Loading, Said, Trouble } from "./parts.js";

/** Workers come and go without a task changing. */
const lookAgain = 15_000;
const pause = 2000;

export class WorkersView extends Component {
  state = { workers: null, error: null };

  componentDidMount() {
    this.end = listen({ changes: () => this.refresh(), reset: () => this.refresh() });
    this.timer = setInterval(() => document.hidden || this.refresh(), lookAgain);
    this.load();
  }

  componentWillUnmount() {
    this.end();
    clearInterval(this.timer);
    this.gone = true;
  }

  load = async () => {
    if (this.gone) {
      return;
    }

    try {
      this.setState({ workers: await get("/v1/workers"), error: null });
    } catch (error) {
      this.setState({ error });
    }
  };

  refresh = paced(this.load, pause);

  render(_, { workers, error }) {
    return html`
      <h1 tabindex="-1">Workers</h1>
      ${workers === null ? (error !== null ? html`<${Trouble} error=${error} again=${this.load} />` : html`<${Loading} />`) : html`
        <section class="list" aria-labelledby="holding">
          <h2 id="holding">At work</h2>
          ${workers.holding.length === 0 ? html`<p class="muted">Nobody holds a task.</p>` : html`<ul class="rows">${workers.holding.map(Holding)}</ul>`}
        </section>
        <section class="list" aria-labelledby="free">
          <h2 id="free">Free, waiting for a task</h2>
          ${workers.waiting.length === 0 ? html`<p class="muted">Nobody waits.</p>` : html`<ul class="rows">${workers.waiting.map(Waiting)}</ul>`}
          <p class="muted"><code>backchannel-mcp work LANE${hasKey() && ` --base-url ${bus.place}`} -- COMMAND</code> starts a worker of a lane, named or by its id;
            its key is <code>BACKCHANNEL_API_KEY</code>${!hasKey() && ", or that of the local bus with --local"}. An agent waits with <code>claim_task</code>.</p>
        </section>
        <section class="list" aria-labelledby="ended">
          <h2 id="ended">Ended lately</h2>
          ${workers.ended.length === 0 ? html`<p class="muted">No task has ended that is still stored.</p>`
            : html`<ul class="rows">${workers.ended.map(row => html`<${TaskRow} key=${row.id} row=${row} lane=${true} />`)}</ul>`}
        </section>`}`;
  }
}

const Holding = worker => html`
  <li class="row of-claimed" key=${worker.message_id}>
    <p class="row-top"><strong><${Said}>${worker.actor}</${Said}></strong>${worker.silent && html` <strong class="missing">not seen lately</strong>`} <${TaskLink} id=${worker.message_id} content=${worker.content} /></p>
    <p class="row-end muted">in <${LaneLink} id=${worker.channel_id} /> · <${Ago} at=${worker.since} lasts />
      ${worker.lease_expires_at ? html` · its lease ends <${Ago} at=${worker.lease_expires_at} /> unless it is renewed`
        : " · without a lease: only the worker ends it"}</p>
  </li>`;

const Waiting = worker => html`
  <li class="row" key=${`${worker.channel_id} ${worker.actor} ${worker.since}`}>
    <p><strong><${Said}>${worker.actor}</${Said}></strong> <span class="muted">in</span> <${LaneLink} id=${worker.channel_id} />${" "}
      <span class="muted"><${Ago} at=${worker.since} lasts /></span></p>
  </li>`;
