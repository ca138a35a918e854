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

  post(target, body) {
    return this.#send("POST", target, JSON.stringify(body));
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
    return (await this.post(`/v1/channels/${channel}/tasks`, { content, actor_label: "planner", ...more })).message.id;
  }

  async claim(channel, actor) {
    return (await this.post("/v1/tasks/claim-next", { channels: [channel], session, actor, lease_seconds: 3600 })).message?.id;
  }

  finish(task, outcome, actor, more = {}) {
    return this.post(`/v1/messages/${task}/finish`, { session, outcome, actor, ...more });
  }

  note(task, actor, more) {
    return this.post(`/v1/messages/${task}/notes`, { session, actor, ...more });
  }
}

/** A bus on which work goes on: something is stuck, something has failed, something is done. */
export async function prepare(bus) {
  const person = await Caller.mint(bus.address, "olga@workbench");
  const worker = await Caller.mint(bus.address, "worker-pool");
  const stranger = await Caller.mint(bus.address, "stranger");
  worker.stay();
  const reviews = await person.channel("reviews", { description: "Code reviews: one file or one pull request each" });
  const builds = await person.channel("builds", { description: "Builds and test runs of any branch" });
  const docs = await person.channel("docs");
  const secrets = await person.channel("release-secrets", { access: "restricted", description: "Signing and publishing of releases" });
  await stranger.post(`/v1/channels/${secrets}/access-requests`, { reason: "I sign the packages." });

  const done = await person.task(reviews, "Review src/parser.c: bounds, lifetimes, error paths.");
  await worker.claim(reviews, "reviewer-1");
  await worker.finish(done, "acknowledged", "reviewer-1", { result: "Line 40: a length from the file is used without a check." });

  const failed = await person.task(builds, "Build branch feature/parser and run the integration tests.", { max_attempts: 2, priority: 8 });
  await worker.claim(builds, "builder-2");
  await worker.finish(failed, "failed", "builder-2", { reason: "The staging database refused the password of ci.", retry_after_seconds: 0 });
  let again;
  while (!again) {
    again = await worker.claim(builds, "builder-3");
  }

  await worker.finish(failed, "failed", "builder-3", { reason: "Same as before. Somebody has to renew the password." });

  const asking = await person.task(builds, "Build main.");
  const waiting = await person.task(builds, "Publish the nightly build.", { depends_on: [asking] });
  await worker.claim(builds, "builder-1");
  await worker.note(asking, "builder-1", { kind: "progress", percent: 40, text: "Compiled; tests run." });
  await worker.note(asking, "builder-1", { kind: "question", text: "Three tests need the network. Shall I skip them?" });

  const content = "int main(void) { return 0; }\n";
  const { sha256 } = await person.upload(content);
  const withFile = await person.task(reviews, "Review the attached file.", { files: [{ name: "main.c", media_type: "text/x-c", bytes: content.length, sha256 }] });
  const open = await person.task(docs, "Write the chapter on leases.");
  return { person, worker, stranger, reviews, builds, docs, secrets, done, failed, asking, waiting, withFile, open };
}
