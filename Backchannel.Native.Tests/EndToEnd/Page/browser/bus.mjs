// A bus of the published program, and what scenarios do on it without the browser.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export const executable = process.env.BACKCHANNEL_TEST_EXECUTABLE;
const session = "the-secret-of-a-worker";

export const folder = fs.mkdtempSync(path.join(os.tmpdir(), "page-"));
const ends = [() => fs.rmSync(folder, { recursive: true, force: true })];

/** Registers what has to be done at the end of the scenario, the last first. */
export const atEnd = end => ends.unshift(end);

export async function end() {
  for (const each of ends) {
    await each();
  }
}

/** Starts the program and waits for a line of its output. */
export async function start(args, env, sign) {
  const child = spawn(executable, args, { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  atEnd(() => child.exitCode === null && child.kill("SIGKILL"));
  let text = "";
  child.stderr.resume();
  for await (const part of child.stdout) {
    text += part;
    if (sign.test(text)) {
      break;
    }
  }

  child.stdout.resume();
  return { child, text };
}

/** Starts `serve` on a file of the scenario. @param port 0: a free one. */
export async function serve(port = 0, limits = { BACKCHANNEL_RATE_LIMIT: "0", BACKCHANNEL_KEY_MINT_LIMIT: "0" }) {
  const { child, text } = await start(
    ["serve", "--listen", `127.0.0.1:${port}`, "--db", path.join(folder, "bus.db")], { HOME: folder, ...limits }, /listening on \S+\n/);
  const address = text.match(/listening on (\S+)/)[1];
  return { address, port: Number(new URL(address).port), stop: () => stop(child) };
}

export async function stop(child) {
  child.kill("SIGTERM");
  if (child.exitCode === null) {
    await once(child, "exit");
  }
}

/** A key of a bus, and requests with it. */
export class Caller {
  constructor(address, key) {
    this.address = address;
    this.key = key;
  }

  static async mint(address, label) {
    const { key } = await new Caller(address, "").post("/v1/keys", { agent_label: label });
    return new Caller(address, key);
  }

  get(target) {
    return this.#send("GET", target);
  }

  post(target, body = {}) {
    return this.#send("POST", target, JSON.stringify(body));
  }

  change(target, body) {
    return this.#send("PATCH", target, JSON.stringify(body));
  }

  remove(target) {
    return this.#send("DELETE", target);
  }

  async upload(content) {
    return this.#send("PUT", "/v1/files", content);
  }

  async #send(method, target, body) {
    const answer = await fetch(this.address + target, { method, body, headers: this.key ? { "X-API-Key": this.key } : {} });
    const text = await answer.text();
    return { status: answer.status, ...(text ? JSON.parse(text) : {}) };
  }

  /** The session of the claims lives for as long as the scenario runs. */
  stay() {
    let isOver = false;
    atEnd(() => { isOver = true; });
    const next = () => isOver || this.post("/v1/presence", { session }).then(next, () => {});
    next();
  }

  async channel(name, more = {}) {
    return (await this.post("/v1/channels", { name, mode: "claimable", ...more })).id;
  }

  async task(channel, content, more = {}) {
    const answer = await this.post(`/v1/channels/${channel}/tasks`, { content, actor_label: "planner", ...more });
    if (!answer.message?.id) {
      throw new Error(`no task: ${JSON.stringify(answer)}`);
    }

    return answer.message.id;
  }

  async claim(channel, actor) {
    return (await this.post("/v1/tasks/claim-next", { channels: [channel], session, actor, lease_seconds: 3600 })).message?.id;
  }

  /** Waits for a task until the signal comes. */
  await(channel, actor, signal) {
    const body = JSON.stringify({ channels: [channel], session, actor, lease_seconds: 3600, wait: 50 });
    return fetch(`${this.address}/v1/tasks/claim-next`, { method: "POST", body, signal, headers: { "X-API-Key": this.key } }).catch(() => {});
  }

  finish(task, outcome, actor, more = {}) {
    return this.post(`/v1/messages/${task}/finish`, { session, outcome, actor, ...more });
  }

  note(task, actor, more) {
    return this.post(`/v1/messages/${task}/notes`, { session, actor, ...more });
  }
}
