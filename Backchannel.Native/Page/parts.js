// Small pieces that several views show.
import { Component, html } from "./html.js";
import { ago, exact, lasting, number, stateWords, count } from "./format.js";

const shapes = {
  open: html`<circle cx="8" cy="8" r="5.5" />`,
  claimed: html`<circle cx="8" cy="8" r="5.5" /><path d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="solid" />`,
  waiting: html`<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.4 2" /><path d="M8 5v3.2l2 1.3" />`,
  acknowledged: html`<path d="M3 8.5l3.4 3.5L13 4.5" stroke-width="2.2" />`,
  failed: html`<path d="M4 4l8 8M12 4l-8 8" stroke-width="2.4" />`,
  cancelled: html`<circle cx="8" cy="8" r="5.5" /><path d="M4.2 11.8l7.6-7.6" />`,
  expired: html`<path d="M4.5 2.5h7M4.5 13.5h7M5 3c0 4 6 6 6 10M11 3c0 4-6 6-6 10" />`,
  question: html`<path d="M5.4 6a2.6 2.6 0 1 1 3.8 2.3c-.8.4-1.2.9-1.2 1.7M8 12.6v.4" stroke-width="2" />`,
  message: html`<path d="M2.5 4h11v7h-6l-3 2.5V11h-2z" />`,
};

export const Shape = ({ of }) => html`
  <svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${shapes[of]}</svg>`;

/** A state, told by a shape and a word. */
export const State = ({ of, children }) => html`
  <span class=${`state of-${of}`}><${Shape} of=${of} />${children ?? stateWords[of] ?? of}</span>`;

/** What a row of a task is to be shown as. */
export const shownState = row => (row.question ? "question" : row.state ?? "message");

const shownTimes = new Set();
setInterval(() => shownTimes.forEach(shown => shown.setState({})), 10_000);

/** "3 min ago", or how long something lasts: "for 3 min". It grows older by itself, and tells the exact time to whoever points at it. */
export class Ago extends Component {
  componentDidMount() {
    shownTimes.add(this);
  }

  componentWillUnmount() {
    shownTimes.delete(this);
  }

  render({ at, lasts = false }) {
    const tell = event => { event.currentTarget.title = exact(at); };
    return html`<time datetime=${at} onPointerEnter=${tell}>${lasts ? lasting(at) : ago(at)}</time>`;
  }
}

/** A name or another short text of an agent, kept from reordering the words around it. */
export const Said = ({ children }) => html`<bdi class="said">${children}</bdi>`;

/** A text of an agent: shown as it is, and folded where it is long. */
export class Content extends Component {
  state = { whole: false };

  render({ text, limit = 1200, lines = 16 }, { whole }) {
    const cut = shorten(text, limit, lines);
    return html`
      <div class="content">
        <pre dir="auto">${whole || cut === null ? text : `${cut}…`}</pre>
        ${cut !== null && html`
          <button type="button" class="quiet" aria-expanded=${whole} onClick=${() => this.setState({ whole: !whole })}>
            ${whole ? "Show less" : `Show all ${number(text.length)} characters`}
          </button>`}
      </div>`;
  }
}

function shorten(text, limit, lines) {
  const beginning = text.split("\n", lines + 1);
  const cut = beginning.length > lines ? beginning.slice(0, lines).join("\n") : text;
  return cut.length > limit ? cut.slice(0, limit) : cut.length < text.length ? cut : null;
}

/** Posts above the line and acks below it, for each minute of the last hour. */
export function Plot({ posts, acks }) {
  const [posted, acked] = [posts, acks].map(minutes => minutes.reduce((sum, value) => sum + value, 0));
  const most = Math.max(1, ...posts, ...acks);
  const bars = (minutes, sign) => minutes
    .map((value, at) => (value > 0 ? `M${at * 3 + 1.5} ${18 + sign}v${sign * Math.max(1.5, (value / most) * 16)}` : ""))
    .join("");
  return html`
    <svg class="plot" viewBox="0 0 180 36" width="180" height="36" role="img"
      aria-label=${`Last hour: ${count(posted, "post")}, ${number(acked)} done, at most ${number(most)} a minute`}>
      <path class="axis" d="M0 18h180" /><path class="posts" d=${bars(posts, -1)} /><path class="acks" d=${bars(acks, 1)} />
    </svg>`;
}

/** An error, and what to do about it. */
export const Trouble = ({ error, again }) => html`
  <div class="note trouble" role="alert">
    <p>${error.message}</p>
    ${again && html`<p><button type="button" onClick=${again}>Try again</button></p>`}
  </div>`;

export const Empty = ({ children }) => html`<div class="note">${children}</div>`;

/** Holds the place of what is on its way. */
export const Loading = () => html`<p class="loading" role="status">Loading…</p>`;
