// What stands beside a task: its figures, what it depends on, its files.
import { html } from "./html.js";
import { download } from "./api.js";
import { say } from "./dialog.js";
import { store } from "./store.js";
import { LaneLink, Path } from "./links.js";
import { Ago, Content, Empty, Said, State } from "./parts.js";
import { beginning, brief, bytes, number, poster } from "./format.js";

export function Facts({ found: { message, task, deliveries } }) {
  const fact = (word, value) => value && html`<dt>${word}</dt><dd>${value}</dd>`;
  const metadata = Object.keys(message.metadata ?? {}).length > 0 ? JSON.stringify(message.metadata, null, 2) : null;
  return html`
    <aside class="facts" aria-label="Facts">
      <dl>
        ${fact("Lane", html`<${LaneLink} id=${message.channel_id} />`)}
        ${fact("Posted by", html`<${Said}>${poster(message)}</${Said}>${task && task.posted_by_key_id !== store.me.key_id && " with another key"}, <${Ago} at=${message.created_at} />`)}
        ${fact("Priority", task && `${task.priority} of 9`)}
        ${fact("Failed attempts", task && `${number(task.attempts_used)}${task.max_attempts ? ` of ${number(task.max_attempts)}` : ""}`)}
        ${fact("Taken", deliveries > 0 && `${number(deliveries)} ${deliveries === 1 ? "time" : "times"}`)}
        ${fact("Not before", task?.state === "waiting" && task.not_before && html`<${Ago} at=${task.not_before} />`)}
        ${fact("Expires", html`<${Ago} at=${message.expires_at} />`)}
        ${fact("Comes after", task?.depends_on && html`<ul class="plain">${task.depends_on.map(other => html`
          <li><${State} of=${other.state} /> <a href=${`#/task/${other.id}`}><code>${brief(other.id)}</code></a></li>`)}</ul>`)}
        ${fact("Answers", message.reply_to && html`<a href=${`#/task/${message.reply_to}`}><code>${brief(message.reply_to)}</code></a>`)}
        ${fact("Thread", message.thread && message.thread !== message.reply_to && html`<a href=${`#/task/${message.thread}`}>its first message</a>`)}
        ${fact("Id", html`<code class="id">${message.id}</code>`)}
      </dl>
      ${metadata && html`<details><summary>Metadata</summary><${Content} text=${metadata} /></details>`}
    </aside>`;
}

export const Files = ({ of, title }) => of.files?.length > 0 && html`
  <section class="files" aria-label=${title}>
    <h2>${title}</h2>
    <ul class="plain">${of.files.map(file => html`
      <li key=${file.sha256 + file.name}>
        <button type="button" class="link" onClick=${() => save(of, file)}><${Said}>${file.name}</${Said}></button>
        <span class="muted"> ${bytes(file.bytes)}${file.media_type ? html`, <${Said}>${file.media_type}</${Said}>` : ""}</span>
      </li>`)}
    </ul>
  </section>`;

/** Saved, never opened: what an agent sends is not to run in this page's name. */
async function save(message, file) {
  try {
    const blob = await download(`/v1/messages/${encodeURIComponent(message.id)}/files/${encodeURIComponent(file.sha256)}`);
    const url = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
    Object.assign(document.createElement("a"), { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    say(error.message);
  }
}

/** A task that is over and can no longer be read whole. */
export function Archived({ found }) {
  const { archived, message: why, task_state: state, ended_at: endedAt, ended_by: endedBy, reason } = found;
  const shown = archived?.task_state ?? state;
  return html`
    <${Path} lane=${archived?.channel_id} />
    <h1 tabindex="-1">${archived ? html`<${Said}>${beginning(archived.content, 100)}</${Said}>` : "This task cannot be shown"}</h1>
    ${shown && html`<p><${State} of=${shown} /></p>`}
    ${archived ? html`
      <p class="muted">Posted by <${Said}>${poster(archived)}</${Said}> <${Ago} at=${archived.created_at} />
        ${archived.claimed_by && html`, taken last by <${Said}>${archived.claimed_by.name}</${Said}>`}; archived <${Ago} at=${archived.archived_at} />. Its attempts and notes are not kept.</p>
      <${Content} text=${archived.content} limit=${4000} lines=${40} /><${Files} of=${archived} title="Files" />`
    : html`<${Empty}><p>${why}</p><p><a href="#/search">Search</a> for its words: the history may have it. Or <a href="#/">see the lanes</a>.</p></${Empty}>`}
    ${endedAt && html`<p class="muted">It ended <${Ago} at=${endedAt} />${endedBy && html` by <${Said}>${endedBy}</${Said}>`}.</p>`}
    ${reason && html`<${Content} text=${reason} />`}`;
}
