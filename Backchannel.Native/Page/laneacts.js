// What a person may do to a lane: post, invite, decide who comes in.
import { Component, html } from "./html.js";
import { ask, bus, get, post } from "./api.js";
import { CopyButton, openDialog } from "./dialog.js";
import { listen } from "./live.js";
import { store } from "./store.js";
import { Ago, Said } from "./parts.js";
import { exact } from "./format.js";

const base = lane => `/v1/channels/${encodeURIComponent(lane.id)}`;
const priorities = [["9", "9, before all others"], "8", "7", "6", ["5", "5, as usual"], "4", "3", "2", ["1", "1, after all others"]]
  .map(priority => (Array.isArray(priority) ? priority : [priority, priority]));

export function postTask(lane) {
  const isWork = lane.mode === "claimable";
  openDialog({
    draft: `post ${lane.id}`,
    title: html`${isWork ? "Post a task to" : "Post a message to"} <${Said}>${lane.name}</${Said}>`,
    fields: [
      {
        name: "content", label: isWork ? "The task" : "The message", kind: "textarea", required: true,
        hint: isWork ? "One worker gets it as it stands." : "Every reader of the lane gets it.",
      },
      ...(isWork ? [
        { name: "priority", label: "Priority", kind: "select", options: priorities, value: "5" },
        { name: "attempts", label: "Attempts at most", kind: "number", min: 1, max: 100, hint: "Left empty, it is as the lane says." },
      ] : []),
    ],
    confirm: isWork ? "Post the task" : "Post the message",
    keep: "Not now",
    run: async ({ content, priority, attempts }, once) => {
      const { message } = await post(`${base(lane)}/tasks`, {
        content,
        actor_label: store.me.owner_id,
        ...(isWork ? { priority: Number(priority) } : {}),
        ...(attempts ? { max_attempts: Number(attempts) } : {}),
      }, once);
      location.hash = `#/task/${message.id}`;
      return "It is posted.";
    },
  });
}

export function invite(lane) {
  openDialog({
    title: html`Invite to <${Said}>${lane.name}</${Said}>?`,
    body: html`<p>Whoever looks the invitation up with a key of their own within 24 hours becomes a member: reads, posts and takes tasks here.</p>`,
    confirm: "Make an invitation",
    keep: "Not now",
    run: async (_, once) => {
      return invitationMade(await post(`${base(lane)}/invitations`, {}, once));
    },
  });
}

function invitationMade(invitation) {
  const line = `curl -s ${bus.place}/v1/channel-invitations/${invitation.id} -H "X-API-Key: $KEY"`;
  return {
    title: "The invitation",
    body: html`
      <p>It holds until ${exact(invitation.expires_at)}. Send this line to whoever is invited; <code>$KEY</code> is their own key:</p>
      <pre class="line" tabindex="0">${line}</pre>
      <p><${CopyButton} text=${line}>Copy the line</${CopyButton}></p>
      <p>It came into wrong hands? End it. Whoever is a member by then stays one.</p>`,
    confirm: "End the invitation",
    keep: "Close",
    danger: true,
    run: async () => {
      await ask("DELETE", `/v1/channel-invitations/${encodeURIComponent(invitation.id)}`);
      return "The invitation is ended.";
    },
  };
}

/** A key by its name, which no other key that is valid has. */
const Who = ({ request: { requester_key_id: id, requester_owner_id: name } }) =>
  html`<${Said}>${name ?? id}</${Said}>${name && html` <span class="muted">(key <bdi>${id}</bdi>)</span>`}`;

/** Who asks to come into a restricted lane; only its creator is told. What stands below comes when ready is called. */
export class AccessRequests extends Component {
  state = { requests: [] };

  componentDidMount() {
    this.load();
    this.end = listen({ lanes: () => this.look(), reset: () => this.load() });
  }

  componentWillUnmount() {
    this.end();
  }

  /** The lane's counts say when somebody asks. */
  look() {
    if (store.lane(this.props.lane.id)?.requests !== this.state.requests.length) {
      this.load();
    }
  }

  async load() {
    const { data } = await get(`${base(this.props.lane)}/access-requests?names=true`).catch(() => ({ data: [] }));
    this.setState({ requests: data }, this.props.ready);
  }

  decide(request, decision) {
    const { lane } = this.props;
    const lets = decision === "approve";
    openDialog({
      title: lets ? "Let this key in?" : "Refuse this key?",
      body: html`<p><${Who} request=${request} />
        ${" "}${lets ? "will read, post and take tasks of this lane." : "stays outside. It may ask again."}</p>`,
      confirm: lets ? "Let it in" : "Refuse it",
      keep: "Decide later",
      danger: !lets,
      run: async (_, once) => {
        // Where somebody else was quicker, the list is old as well.
        await post(`${base(lane)}/access-requests/${encodeURIComponent(request.id)}/${decision}`, {}, once).finally(() => this.load());
        return lets ? "The key is a member now." : "The request is refused.";
      },
    });
  }

  render(_, { requests }) {
    return requests.length > 0 && html`
      <section class="requests" aria-labelledby="requests">
        <h2 id="requests">Asks to come in</h2>
        <ul class="rows">${requests.map(request => html`
          <li class="row" key=${request.id}>
            <p><${Who} request=${request} /> <span class="muted">asked <${Ago} at=${request.created_at} /></span></p>
            ${request.reason && html`<p>“<${Said}>${request.reason}</${Said}>”</p>`}
            <div class="buttons">
              <button type="button" class="main" onClick=${() => this.decide(request, "approve")}>Let in…</button>
              <button type="button" onClick=${() => this.decide(request, "deny")}>Refuse…</button>
            </div>
          </li>`)}
        </ul>
      </section>`;
  }
}
