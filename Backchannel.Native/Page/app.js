// The frame: who is signed in, which view is shown, and whether the bus answers.
import { Component, html, render } from "./html.js";
import { askWho, forgetKey, hasKey, whenRefused } from "./api.js";
import { Announcer, Dialog, forget, hush } from "./dialog.js";
import { enter, leave, store } from "./store.js";
import * as live from "./live.js";
import * as scroll from "./scroll.js";
import * as focus from "./focus.js";
import { Trouble } from "./parts.js";
import { LanesView } from "./lanes.js";
import { LaneView, readLane } from "./lane.js";
import { TaskView } from "./task.js";
import { WorkersView } from "./workers.js";
import { SearchView } from "./search.js";
import { Landing } from "./landing.js";

/** What the page of `backchannel-mcp open` answers to another browser, or to one that came by an earlier start of it. */
const notLetIn = "not_let_in";

/** What turns the direction of text, as an address has it. */
const turning = /%E2%80%A[A-E]|%E2%81%A[6-9]/gi;

/** "#/lane/ID?state=failed" → {view: "lane", id, query}. */
function readRoute() {
  const [path, query] = location.hash.replace(/^#\/?/, "").replace(turning, "").split("?");
  const [view, id] = path.split("/");
  return { view: view || "lanes", id: id && decoded(id), query: new URLSearchParams(query) };
}

/** A mistyped address names nothing, as any other that is not known. */
function decoded(id) {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

const views = { lanes: LanesView, lane: LaneView, task: TaskView, workers: WorkersView, search: SearchView };
const titles = { lanes: "Lanes", lane: "Lane", task: "Task", workers: "Workers", search: "Search" };

/**
 * Without a key too: the page that `open` serves is signed in by a cookie.
 * @returns What is to be shown then.
 */
async function signIn() {
  try {
    const { view, id, query } = readRoute();
    await Promise.all([enter(askWho()), view === "lane" && hasKey() ? readLane(id, query) : null]);
    return { phase: "in", word: null, error: null };
  } catch (error) {
    // Another key was given meanwhile, and signs in.
    if (error.name === "AbortError") {
      return {};
    }

    if (error.passes) {
      return { phase: "unreachable", error };
    }

    if (error.code === notLetIn) {
      return { phase: "shut", error };
    }

    const word = !hasKey() ? null : error.status === 401 ? "The bus does not know this key. Check it, or mint another one." : error.message;
    forgetKey();
    return { phase: "landing", word };
  }
}

class App extends Component {
  state = { phase: "starting", route: readRoute(), word: null, error: null };

  componentDidMount() {
    addEventListener("hashchange", () => this.go());
    whenRefused(this.refused);
    live.listen({ status: () => this.setState({}) });
    this.begin(first);
  }

  begin = async signingIn => {
    const shown = await signingIn;
    this.setState(shown);
    if (shown.phase === "in") {
      this.name();
    }
  };

  refused = answer => {
    if (this.state.phase !== "in") {
      return;
    }

    if (answer?.error === notLetIn) {
      leave();
      forget();
      this.setState({ phase: "shut", error: answer });
    } else {
      this.signOut("The bus does not take this key any more. Sign in with another one.");
    }
  };

  signOut = word => {
    forgetKey();
    leave();
    forget();
    this.setState({ phase: "landing", word }, () => document.querySelector("h1").focus({ preventScroll: true }));
    location.hash = "#/";
  };

  go() {
    const before = this.state.route;
    const route = readRoute();
    const place = scroll.leave();
    this.setState({ route }, () => {
      if (route.view !== before.view || route.id !== before.id) {
        hush();
        scroll.settle(place);
        this.name();
        document.querySelector("h1")?.focus({ preventScroll: true });
      }
    });
  }

  name() {
    const { view, id } = this.state.route;
    document.title = `${view === "lane" ? store.laneName(id) : titles[view] ?? "Nothing here"} · Backchannel`;
  }

  render(_, { phase, route, word, error }) {
    return html`
      <a class="skip" href="#main" onClick=${skip}>Skip to the content</a>
      <${Header} signedIn=${phase === "in"} route=${route} signOut=${() => this.signOut(null)} />
      <main id="main" tabindex="-1" class="column">
        ${phase === "in" ? this.view(route)
          : phase === "landing" ? html`<${Landing} word=${word} signIn=${() => this.begin(signIn())} />`
          : phase === "shut" ? html`<h1 tabindex="-1">This page is closed to this browser</h1><p>${error.message}</p>`
          : phase === "unreachable" ? html`<h1 tabindex="-1">Backchannel</h1><${Trouble} error=${error} again=${() => this.begin(signIn())} />`
          : null}
      </main>
      <${Bar} lost=${phase === "in" && live.status === "lost"} />
      <${Announcer} />
      <${Dialog} />`;
  }

  view(route) {
    const View = Object.hasOwn(views, route.view) && route.id !== "" ? views[route.view] : null;
    return View === null
      ? html`<h1 tabindex="-1">There is nothing here</h1><p>This address names no view. <a href="#/">See the lanes</a>.</p>`
      : html`<${View} key=${`${route.view}/${route.id ?? ""}`} id=${route.id} query=${route.query} />`;
  }
}

/** A plain link to #main would be taken for an address of a view. */
function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

/** As in icon.svg: a picture of its own would be a document more to load. */
const Icon = () => html`
  <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0f5f6b" />
    <path d="M7 11h14l-4-4M25 21H11l4 4" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" /></svg>`;

function Header({ signedIn, route, signOut }) {
  const link = (view, href, word) => html`<a href=${href} aria-current=${route.view === view ? "page" : undefined}>${word}</a>`;
  return html`
    <header class="top">
      <div class="column">
        <a class="brand" href="#/"><${Icon} />Backchannel</a>
        ${signedIn && html`
          <nav aria-label="Views">
            ${link("lanes", "#/", "Lanes")}${link("workers", "#/workers", "Workers")}${link("search", "#/search", "Search")}
          </nav>
          <p class="who"><span class="muted" title=${store.me.key_id}><bdi>${store.me.owner_id}</bdi></span>
            ${hasKey() && html`<button type="button" class="quiet" onClick=${signOut}>Sign out</button>`}</p>`}
      </div>
    </header>`;
}

const Bar = ({ lost }) => html`
  <div class=${lost ? "bar shown" : "bar"} role="status" aria-live="polite">
    ${lost && html`<p>The bus does not answer. What you see may be old; the page tries again by itself.${
      !hasKey() && " If backchannel-mcp open has ended, start it again: it shows a page of its own."}
      <button type="button" onClick=${live.tryNow}>Try now</button></p>`}
  </div>`;

// A bus that is near answers before anything is drawn: to draw the frame first would take longer than the answers.
const patience = 200;
const first = signIn();
Promise.race([first, new Promise(done => setTimeout(done, patience))]).then(() => {
  const page = document.getElementById("page");
  render(html`<${App} />`, page);
  focus.keep(page);
});
