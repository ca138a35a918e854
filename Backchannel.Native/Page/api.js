// Requests to the bus, and the key that they carry.

const storageName = "backchannel-key";
let key = sessionStorage.getItem(storageName);

// `backchannel-mcp open` hands its page a secret that other ports of this machine do not see; it leaves the address at once.
const pageName = "backchannel-page";
const handed = location.hash.startsWith("#open=") ? location.hash.slice("#open=".length) : null;
if (handed !== null) {
  history.replaceState(null, "", location.pathname);
}

const stored = localStorage.getItem(pageName);
let pageSecret = /^[0-9a-f]{64}$/.test(handed) ? handed : stored;

/**
 * Asks who is signed in. Any page can lead here with a secret of its own making, so one is kept only once it was taken.
 */
export async function askWho() {
  const answer = await get("/v1/keys/me").catch(error => {
    if (error.status === 401 && key === null && pageSecret !== stored) {
      pageSecret = stored;
      return get("/v1/keys/me");
    }

    throw error;
  });
  if (key === null && pageSecret !== null && pageSecret !== stored) {
    localStorage.setItem(pageName, pageSecret);
  }

  return answer;
}

/** Ends the requests that are on their way when the key changes: their answers are not for whoever signs in next. */
let session = new AbortController();

/** A connection that died without a word is given up after a while. The longest wait that the page asks for is 25 s. In ms. */
const longestRead = 40_000;

/** Called with the bus's word when it no longer takes the key. */
let onRefused = () => {};

/** Requests a minute that a key may make, as the bus said last; 0: as many as it likes. */
export const rate = { limit: 120, window: 60 };

export class BusError extends Error {
  constructor(status, code, message, answer = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.answer = answer;
  }

  /** Whether the same request may succeed later without anybody doing something. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Where curl reaches the bus itself. Under `open` the page has an address that only this browser may use, and the answers tell the bus's. */
export const bus = { place: location.origin };

export const hasKey = () => key !== null;
export const whenRefused = callback => { onRefused = callback; };

/** For this tab only: another tab, and this one once it was closed, knows nothing of it. */
export function keepKey(value) {
  endRequests();
  key = value;
  sessionStorage.setItem(storageName, value);
}

export function forgetKey() {
  endRequests();
  key = null;
  sessionStorage.removeItem(storageName);
}

function endRequests() {
  session.abort();
  session = new AbortController();
}

/** A text that turns its own direction shows another order of letters than it has. The bus writes these characters as they are. */
const read = text => JSON.parse(text.replace(/[\u202A-\u202E\u2066-\u2069]/g, "\uFFFD"));

/** @param once An idempotency key: the same request sent twice with it counts once. */
export async function ask(method, path, { body, signal, once } = {}) {
  const { signal: given } = session;
  const answer = await send(method, path, { body, signal, once });
  const content = await answer.text().then(read).catch(error => {
    if (error.name === "AbortError") {
      throw error;
    }

    return null;
  });
  // The key may have changed after the last byte came.
  given.throwIfAborted();
  if (answer.ok && content !== null) {
    return content;
  }

  // Without a key a 401 is the ordinary answer to a newcomer.
  if (answer.status === 401 && path !== "/v1/keys/me") {
    onRefused(content);
  }

  throw new BusError(answer.status, content?.error ?? "no_answer", content?.message ?? `The bus answered with status ${answer.status} and no reason.`, {
    retryAfter: content?.retry_after ?? Number(answer.headers.get("Retry-After") ?? 0),
    ...content,
  });
}

export const get = (path, signal) => ask("GET", path, { signal: AbortSignal.any([AbortSignal.timeout(longestRead), ...(signal ? [signal] : [])]) });
export const post = (path, body = {}, once = undefined) => ask("POST", path, { body, once });

/** The bytes of a file of a task. */
export async function download(path) {
  const answer = await send("GET", path, {});
  if (!answer.ok) {
    const content = await answer.json().catch(() => ({}));
    throw new BusError(answer.status, content.error, content.message ?? "The bus does not hand this file out.");
  }

  return answer.blob();
}

/** A name for one act that is sent once, however often it has to be tried. */
export function drawOnce() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
}

async function send(method, path, { body, signal, once }) {
  const headers = {};
  if (key !== null) {
    headers["X-API-Key"] = key;
  } else if (pageSecret !== null) {
    headers["X-Backchannel-Page"] = pageSecret;
  }

  if (once) {
    headers["Idempotency-Key"] = once;
  }

  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }

  const ends = signal ? AbortSignal.any([session.signal, signal]) : session.signal;
  try {
    const answer = await fetch(path, { method, headers, signal: ends, cache: "no-store", redirect: "error", body: body && JSON.stringify(body) });
    rate.limit = Number(answer.headers.get("X-RateLimit-Limit") ?? rate.limit);
    bus.place = decodeURIComponent(answer.headers.get("X-Backchannel-Bus") ?? bus.place);
    rate.window = Number(answer.headers.get("X-RateLimit-Window") ?? rate.window);
    return answer;
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }

    throw new BusError(0, "no_answer", "The bus does not answer. It may be down, or the network is.", { cause: String(error) });
  }
}
