// The one dialog of the page, and the short words after an act.
import { Component, html } from "./html.js";
import { drawOnce } from "./api.js";

let show = () => {};
let announce = () => {};
let quiet = () => {};
let shut = () => {};

/**
 * Opens the dialog.
 * @param asked title; body: what is at stake; fields: [{name, label, kind, value, hint, required, options}]; draft: under which name typed
 *   words are kept when the dialog is closed, until the page is; confirm: the word of the button; danger: whether it cannot be undone;
 *   run(values, once): the act. The word that run returns is said afterwards; another question that it returns is shown in place of this one.
 */
export const openDialog = asked => show(asked);

/** Says a short word, also to screen readers. */
export const say = text => announce(text);

/** Takes away a word that was meant for the view before. */
export const hush = () => quiet();

/** What was typed and not sent, by the name that its question gives it. */
const drafts = new Map();

/** Whoever signs in next is somebody else: nothing that was asked, typed or said stays. */
export function forget() {
  drafts.clear();
  announce("");
  shut();
}

/** What was sent may have come through although no answer came back. */
const unknown = " It may have got this all the same. Sent again as it is, it counts once; with other words it is a second one.";

export class Dialog extends Component {
  state = { asked: null, busy: false, error: null };

  componentDidMount() {
    addEventListener("hashchange", this.leave);
    shut = this.close;
    show = asked => {
      this.once = drawOnce();
      this.setState({ asked, busy: false, error: null, isUnknown: false }, () => this.element.showModal());
    };
  }

  close = () => this.element.close();

  /** Where another view comes, its question goes too. */
  leave = () => { this.sending || this.element.close(); };

  /**
   * What is sent cannot be called back: the dialog stays until the bus has answered, and Escape does nothing until then (`closedby`).
   * The browser tells of the end of a dialog a little later; by then the next question may stand there.
   */
  onClose = () => {
    if (this.sending) {
      // A browser that does not know `closedby` has closed it at Escape.
      this.element.showModal();
    } else if (!this.element.open) {
      this.setState({ asked: null });
    }
  };

  /** What was changed after a failure is another act, though the first may have come through. */
  onInput = ({ currentTarget }) => {
    this.once = drawOnce();
    if (this.state.asked.draft) {
      drafts.set(this.state.asked.draft, Object.fromEntries(new FormData(currentTarget)));
    }
  };

  onSubmit = async event => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    this.setState({ busy: true, error: null });
    this.sending = true;
    try {
      const outcome = await this.state.asked.run(values, this.once).finally(() => { this.sending = false; });
      drafts.delete(this.state.asked.draft);
      if (typeof outcome === "string") {
        this.close();
        say(outcome);
      } else {
        this.once = drawOnce();
        // What had the focus is switched off or gone.
        this.setState({ asked: outcome, busy: false }, () => this.element.querySelector("[tabindex], input, textarea, select, button").focus());
      }
    } catch (error) {
      this.setState({ busy: false, error, isUnknown: error.status === 0 || error.status >= 500 },
        () => this.element.querySelector("[type=submit]")?.focus());
    }
  };

  render(_, { asked, busy, error, isUnknown }) {
    const typed = drafts.get(asked?.draft) ?? {};
    return html`
      <dialog ref=${element => { this.element = element; }} aria-labelledby="dialog-title" onClose=${this.onClose}
        closedby=${busy ? "none" : "closerequest"}>
        ${asked !== null && html`
          <form key=${asked.title} onSubmit=${this.onSubmit} onInput=${this.onInput}>
            <h2 id="dialog-title">${asked.title}</h2>
            ${asked.body}
            ${(asked.fields ?? []).map(field => html`<${Field} key=${field.name} field=${{ ...field, value: typed[field.name] ?? field.value }} />`)}
            ${error !== null && html`<p class="wrong" role="alert">${error.message}${isUnknown && unknown}</p>`}
            <div class="buttons">
              ${asked.confirm && html`
                <button type="submit" class=${asked.danger ? "danger" : "main"} disabled=${busy}>${busy ? "Sending…" : asked.confirm}</button>`}
              <button type="button" onClick=${this.close} disabled=${busy}>${asked.confirm ? asked.keep ?? "Leave it" : "Close"}</button>
            </div>
          </form>`}
      </dialog>`;
  }
}

export function Field({ field: { name, label, kind, value, hint, required, options, ...rest } }) {
  const hintId = hint && `hint-${name}`;
  const common = { id: `field-${name}`, name, required, "aria-describedby": hintId, ...rest };
  const choices = () => options.map(([key, word]) => html`<option value=${key} selected=${key === value}>${word}</option>`);
  return html`
    <div class="field">
      <label for=${common.id}>${label}</label>
      ${kind === "textarea" ? html`<textarea ...${common} rows="6">${value}</textarea>`
        : kind === "select" ? html`<select ...${common}>${choices()}</select>`
        : html`<input ...${common} type=${kind ?? "text"} value=${value} />`}
      ${hint && html`<p class="hint" id=${hintId}>${hint}</p>`}
    </div>`;
}

export class Announcer extends Component {
  state = { text: "" };

  componentDidMount() {
    announce = text => {
      clearTimeout(this.timer);
      this.saidAt = performance.now();
      this.setState({ text });
      this.timer = setTimeout(() => this.setState({ text: "" }), 6000);
    };
    // An act says its word and then leads to another view, where the word is still of use.
    quiet = () => performance.now() - this.saidAt > 1000 && this.setState({ text: "" });
  }

  render(_, { text }) {
    return html`<div class="word" role="status" aria-live="polite">${text && html`<p>${text}</p>`}</div>`;
  }
}

/** Copies a text that stands beside it, and says so where a dialog cannot be talked over. */
export class CopyButton extends Component {
  state = { word: null };

  copy = async () => {
    const done = await intoClipboard(this.props.text);
    this.setState({ word: done ? "Copied." : "The browser lets this page copy nothing. Select the text and copy it." });
  };

  render({ children }, { word }) {
    return html`<button type="button" onClick=${this.copy}>${children}</button> <span role="status">${word}</span>`;
  }
}

/** Copies a text; where the browser forbids it, shows it for copying by hand. */
export async function copy(text, what) {
  if (await intoClipboard(text)) {
    say(`${what} copied.`);
    return;
  }

  openDialog({
    title: `Copy ${what.toLowerCase()}`,
    body: html`<p>The browser lets this page copy nothing. Select the text and copy it.</p>
      <textarea class="copied" readonly rows="12" aria-label=${what} onFocus=${event => event.target.select()}>${text}</textarea>`,
  });
}

/** Over plain HTTP, except on the machine itself, browsers have no clipboard for pages. */
async function intoClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
