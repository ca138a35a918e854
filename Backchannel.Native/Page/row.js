// One task in a list.
import { html } from "./html.js";
import { LaneLink, TaskLink } from "./links.js";
import { Ago, Said, State, shownState } from "./parts.js";
import { beginning, count, number, poster } from "./format.js";

/**
 * @param under The state that stands above the list, which its rows need not repeat.
 * @param lane Whether the lane is named.
 * @param excerpt Shown below the beginning; note: said before the other facts; href: where it leads, if not to the task.
 */
export function TaskRow({ row, under, lane, excerpt, note, href }) {
  const state = shownState(row);
  return html`
    <li class=${`row of-${state}`}>
      <p class="row-top">${state !== under && html`<${State} of=${state} />`}
        <${TaskLink} id=${row.id} content=${row.content} href=${href} length=${160} /></p>
      ${row.question !== null && html`<p class="asked" dir="auto">${beginning(row.question, 300)}</p>`}
      ${excerpt}
      ${row.reason && html`<p class="reason clip" dir="auto">${row.reason}</p>`}
      ${row.state === "claimed" && row.progress && html`<${Progress} progress=${row.progress} />`}
      <p class="row-end muted">${facts(row, lane, note).map((fact, at) => html`${at > 0 && " · "}<span>${fact}</span>`)}</p>
    </li>`;
}

function facts(row, lane, note) {
  return [
    note,
    lane && html`in <${LaneLink} id=${row.channel_id} />`,
    row.state === "claimed" && row.holder && html`held by <${Said}>${row.holder.name}</${Said}> <${Ago} at=${row.claimed_at} lasts />`,
    row.state === "waiting" && waitsFor(row),
    row.ended_at && html`ended <${Ago} at=${row.ended_at} />${row.holder && html`, last held by <${Said}>${row.holder.name}</${Said}>`}`,
    html`posted <${Ago} at=${row.created_at} /> by <${Said}>${poster(row)}</${Said}>`,
    row.attempts_used > 0 && `${row.max_attempts ? `${number(row.attempts_used)} of ${count(row.max_attempts, "attempt")}` : count(row.attempts_used, "attempt")} used`,
    row.priority !== 5 && row.state !== null && `priority ${row.priority}`,
  ].filter(Boolean);
}

const waitsFor = ({ waits_for: others, not_before: at }) => (others > 0 ? `waits for ${count(others, "other task")}` : at && html`begins <${Ago} at=${at} />`);

export const Progress = ({ progress }) => html`
  <p class="progress">
    ${progress.percent !== undefined && progress.percent !== null && html`
      <progress max="100" value=${progress.percent} aria-label="Progress"></progress> ${progress.percent} %`}
    ${progress.text && html` <${Said}>${beginning(progress.text, 200)}</${Said}>`}
    <span class="muted"> <${Ago} at=${progress.at} /></span>
  </p>`;
