// One task: what it says, how it stands, what happened to it, and what came out.
import { Component, html } from "./html.js";
import { get, post } from "./api.js";
import { store } from "./store.js";
import { listen, lostSome, paced } from "./live.js";
import { answer, cancel, comment, reopen } from "./acts.js";
import { copy } from "./dialog.js";
import { eventsOf, Timeline, toText } from "./timeline.js";
import { Archived, Facts, Files } from "./taskfacts.js";
import { Path } from "./links.js";
import { Progress } from "./row.js";
import { Ago, Content, Loading, Said, State, Trouble } from "./parts.js";
import { beginning, brief, count } from "./format.js";

export class TaskView extends Component {
  state = { found: null, names: new Map(), error: null };

  componentDidMount() {
    this.end = listen({
      lanes: () => this.setState({}),
      changes: answer => this.concerns(answer) && this.refresh(),
      reset: () => this.refresh(),
    });
    this.load();
  }

  componentWillUnmount() {
    this.end();
    this.gone = true;
  }

  concerns(answer) {
    const { found } = this.state;
    return answer.tasks.some(row => row.id === this.props.id && row.version !== found?.version) || lostSome(answer, found?.message?.channel_id);
  }

  componentDidUpdate(_, before) {
    // The heading that a change of views focused was that of an empty page.
    if (before.found === null && this.state.found !== null && document.activeElement === document.body) {
      document.querySelector("h1").focus({ preventScroll: true });
    }
  }

  /** At most twice a second: a worker may report its progress much more often. */
  refresh = paced(() => (this.gone ? undefined : this.load()), 500);

  load = async () => {
    try {
      const { tasks: [found] } = await post("/v1/tasks/wait", { tasks: [{ id: this.props.id }], results: true });
      // What is over may still be in the history, where a link of a search says to look.
      const archived = found.error ? await this.readHistory() : null;
      const names = found.task?.state === "waiting" ? await this.readNames(found.task.depends_on) : this.state.names;
      if (!this.gone) {
        this.setState({ names, found: archived ? { ...found, archived } : found, error: null });
        const text = archived?.content ?? found.message.content;
        document.title = `${text ? beginning(text, 50) : "Task"} · Backchannel`;
      }
    } catch (error) {
      this.setState({ error });
    }
  };

  /** How the tasks begin that this one waits for, where this key may read them. */
  async readNames(others) {
    const ids = (others ?? []).filter(other => other.state !== "acknowledged" && !this.state.names.has(other.id)).slice(0, 10).map(({ id }) => ({ id }));
    // The task itself is shown without them too.
    const { tasks } = ids.length > 0 ? await post("/v1/tasks/wait", { tasks: ids }).catch(() => ({ tasks: [] })) : { tasks: [] };
    return new Map([...this.state.names, ...tasks.filter(other => other.message).map(other => [other.message.id, beginning(other.message.content, 60)])]);
  }

  async readHistory() {
    const { id, query } = this.props;
    const [channel, at] = [query.get("channel"), Date.parse(query.get("at"))];
    if (!channel || Number.isNaN(at)) {
      return null;
    }

    // The history goes back in time from its cursor, and a millisecond holds few posts.
    const cursor = new Date(at + 1).toISOString();
    const { data } = await get(`/v1/channels/${encodeURIComponent(channel)}/history?${new URLSearchParams({ cursor, limit: 100 })}`);
    return data.find(message => message.id === id) ?? null;
  }

  render(_, { found, names, error }) {
    if (error !== null && found === null) {
      return html`<h1 tabindex="-1">Task</h1><${Trouble} error=${error} again=${this.load} />`;
    }

    return found === null ? html`<h1 tabindex="-1">Task</h1><${Loading} />`
      : found.error ? html`<${Archived} found=${found} />`
      : html`<${Task} found=${found} names=${names} />`;
  }
}

function Task({ found, names }) {
  const { message, task, result } = found;
  const lane = store.lane(message.channel_id);
  const title = beginning(message.content, 100);
  const may = task !== undefined && (task.posted_by_key_id === store.me.key_id || lane?.own === true);
  const question = task?.notes?.findLast(note => note.kind === "question" && !note.closed);
  const row = { id: message.id, content: message.content, state: task?.state };
  const ended = task?.state === "failed" || task?.state === "cancelled";
  return html`
    <${Path} lane=${message.channel_id} />
    <h1 tabindex="-1"><${Said}>${title}</${Said}></h1>
    <div class="bar-of standing">
      <p><${State} of=${task?.state ?? "message"} />
        ${task?.state === "claimed" && message.claimed_by && html` <span>by <strong><${Said}>${message.claimed_by.name}</${Said}></strong> <${Ago} at=${message.claimed_at} lasts /></span>`}
        ${task?.state === "waiting" && html` <${Waiting} task=${task} names=${names} />`}</p>
      <${Acts} found=${found} row=${row} may=${may} />
    </div>
    ${question && html`
      <section class="box of-question" aria-labelledby="open-question">
        <h2 id="open-question"><${State} of="question" /> <${Said}>${question.by}</${Said}> asks <span class="muted"><${Ago} at=${question.at} /></span></h2>
        <${Content} text=${question.text} />
        ${may ? html`<div class="buttons"><button type="button" class="main" onClick=${() => answer(row)}>Answer…</button></div>`
          : html`<p class="muted">The key that posted the task, and the one that made the lane, may answer.</p>`}
      </section>`}
    ${ended && task.reason && html`
      <section class=${`box of-${task.state}`} aria-labelledby="reason">
        <h2 id="reason">Why it ${task.state === "failed" ? "failed" : "was cancelled"}</h2>
        <${Content} text=${task.reason} />
        ${earlierReasons(task).map(({ number, worker, reason }) => html`
          <p class="muted">Attempt ${number}, of <${Said}>${worker?.name ?? "a worker that is gone"}</${Said}>, before that:</p><${Content} text=${reason} />`)}
      </section>`}
    ${task?.state === "claimed" && task.progress && html`<${Progress} progress=${task.progress} />`}
    <div class="sides">
      <div>
        ${message.content.trim() !== title && html`
          <section aria-labelledby="says"><h2 id="says">The task</h2><${Content} text=${message.content} limit=${4000} lines=${40} /></section>`}
        <${Files} of=${message} title="Files" />
        ${result && html`
          <section class="box of-acknowledged" aria-labelledby="result">
            <h2 id="result">Result</h2>
            <${Content} text=${result.content} limit=${4000} lines=${40} />
            <${Files} of=${result} title="Files of the result" />
          </section>`}
        <section aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          <${Timeline} events=${eventsOf(found)} leftOut=${(task?.attempts_left_out ?? 0) + (task?.notes_left_out ?? 0)} />
        </section>
      </div>
      <${Facts} found=${found} />
    </div>`;
}

/** The last reason often says no more than that it failed again. */
const earlierReasons = ({ attempts, reason }) => (attempts ?? []).filter(attempt => attempt.reason && attempt.reason !== reason).slice(-3).reverse();

/** What a waiting task waits for. */
function Waiting({ task, names }) {
  const others = (task.depends_on ?? []).filter(other => other.state !== "acknowledged");
  return html`<span>${others.length > 0 ? `for ${count(others.length, "other task")}:` : task.not_before && html`for its time, <${Ago} at=${task.not_before} />`}
    ${others.slice(0, 10).map(other => html` <a href=${`#/task/${other.id}`}><${State} of=${other.state} /> ${names.has(other.id) ? html`<${Said}>${names.get(other.id)}</${Said}>` : html`<code>${brief(other.id)}</code>`}</a>`)}</span>`;
}

function Acts({ found, row, may }) {
  const { message, task } = found;
  return html`
    <div class="buttons">
      ${may && task.state === "failed" && html`<button type="button" class="main" onClick=${() => reopen(row)}>Reopen…</button>`}
      ${may && task.state === "claimed" && html`<button type="button" onClick=${() => comment(row)}>Comment…</button>`}
      ${may && ["open", "waiting", "claimed"].includes(task.state) && html`<button type="button" onClick=${() => cancel(row)}>Cancel…</button>`}
      <button type="button" onClick=${() => copy(toText(found, store.laneName(message.channel_id)), "The task")}>Copy as text</button>
    </div>`;
}
