// Words in tasks, labels, names, notes and results, of what is stored and of the history.
import { Component, html } from "./html.js";
import { get } from "./api.js";
import { listen } from "./live.js";
import { store } from "./store.js";
import { TaskRow } from "./row.js";
import { Empty, Loading, Said, Trouble } from "./parts.js";

export class SearchView extends Component {
  submit = event => {
    event.preventDefault();
    const { q, channel } = Object.fromEntries(new FormData(event.target));
    location.hash = `#/search?${new URLSearchParams({ q: q.trim(), ...(channel && { channel }) })}`;
  };

  render({ query }) {
    const words = query.get("q") ?? "";
    const channel = query.get("channel") ?? "";
    return html`
      <h1 tabindex="-1">Search</h1>
      <form class="searching" role="search" onSubmit=${this.submit}>
        <label>Words <input type="search" name="q" value=${words} required /></label>
        <label>In <select name="channel">
          <option value="">all lanes</option>
          ${store.lanes.map(lane => html`<option value=${lane.id} selected=${lane.id === channel}>${lane.name}</option>`)}
        </select></label>
        <button type="submit" class="main">Search</button>
      </form>
      ${words ? html`<${Hits} key=${`${channel} ${words}`} words=${words} channel=${channel} />`
        : html`<p class="muted">All words have to occur; the beginning of a word is enough. What is over and archived is found too.</p>`}`;
  }
}

/** What a search found, the newest first. */
export class Hits extends Component {
  state = { hits: null, next: null, error: null, busy: false };

  componentDidMount() {
    this.end = listen({ reset: () => this.state.error !== null && this.again() });
    this.load();
  }

  componentWillUnmount() {
    this.gone = true;
    this.end();
  }

  /** After a failure: what was asked for last. */
  again = () => this.load(this.state.hits === null ? undefined : this.state.next);

  load = async cursor => {
    const { words, channel } = this.props;
    this.setState({ busy: true, error: null });
    try {
      const page = await get(`/v1/search?${new URLSearchParams({ q: words, limit: 50, ...(channel && { channel }), ...(cursor && { cursor }) })}`);
      if (!this.gone) {
        this.setState(({ hits }) => ({ hits: [...(cursor ? hits : []), ...page.data], next: page.next_cursor, busy: false }));
      }
    } catch (error) {
      this.setState({ error, busy: false });
    }
  };

  render({ words, channel }, { hits, next, error, busy }) {
    return html`
      <section class="list" aria-labelledby="found" aria-busy=${busy}>
        <h2 id="found">Found for “<${Said}>${words}</${Said}>”</h2>
        ${hits === null && error === null && html`<${Loading} />`}
        ${hits?.length === 0 && html`<${Empty}><p>Nothing has all these words. Try fewer words, or only their beginnings. The reasons of failed attempts are not searched: a lane shows its failed tasks.</p></${Empty}>`}
        ${hits?.length > 0 && html`<ul class="rows">
          ${hits.map(hit => html`<${Hit} key=${`${hit.task.id} ${hit.found_in}`} hit=${hit} words=${words} lane=${!channel} />`)}
        </ul>`}
        ${error !== null && html`<${Trouble} error=${error} again=${this.again} />`}
        ${next !== null && error === null && html`<p class="more"><button type="button" disabled=${busy} onClick=${() => this.load(next)}>Show more</button></p>`}
      </section>`;
  }
}

const places = { message: null, note: "in a note", result: "in the result" };

function Hit({ hit: { task, archived, found_in: place, excerpt }, words, lane }) {
  const shown = task.content.startsWith(excerpt) && place === "message" && excerpt.length < 160 ? null
    : html`<p class="excerpt" dir="auto"><${Marked} text=${excerpt} words=${words} /></p>`;
  // Of an archived one the history is asked, which is found by its lane and time.
  const href = archived ? `#/task/${task.id}?${new URLSearchParams({ channel: task.channel_id, at: task.created_at })}` : undefined;
  const note = [places[place], archived && "archived"].filter(Boolean).join(", ");
  return html`<${TaskRow} row=${task} lane=${lane} href=${href} excerpt=${shown} note=${note} />`;
}

/** A text with the words of a search set off. */
function Marked({ text, words }) {
  const any = words.match(/[\p{L}\p{N}]+/gu) ?? [];
  const parts = any.length === 0 ? [text] : text.split(new RegExp(`((?<![\\p{L}\\p{N}])(?:${any.join("|")}))`, "iu"));
  return parts.map((part, at) => (at % 2 === 1 ? html`<mark>${part}</mark>` : part));
}
