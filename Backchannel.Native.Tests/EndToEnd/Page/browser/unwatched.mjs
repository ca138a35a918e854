// How long a page takes in a browser that nobody drives meanwhile: a driver's own scripts and reports take longer than the page.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { atEnd, folder } from "./bus.mjs";
import { flags } from "./drive.mjs";

/** Time for a window to get ready before it is used, and for a page to be drawn in it, in ms. */
const ready = 700;
const drawn = 1500;

/** Starts a browser. @returns What opens an address in a new window, waits for a text of it, and tells when the largest part was drawn, in ms. */
export async function browse() {
  const profile = fs.mkdtempSync(path.join(folder, "profile-"));
  const browser = spawn(
    "/usr/bin/chromium",
    ["--headless", ...flags, "--window-size=1280,800", `--user-data-dir=${profile}`, "--remote-debugging-pipe", "about:blank"],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], env: { ...process.env, HOME: profile } });
  const gone = new Promise(resolve => browser.once("exit", resolve));
  atEnd(() => {
    browser.kill("SIGKILL");
    return gone;
  });

  const answers = new Map();
  let text = "";
  browser.stdio[4].setEncoding("utf8").on("data", part => {
    const messages = (text + part).split("\0");
    text = messages.pop();
    for (const { id, result, error } of messages.map(JSON.parse)) {
      answers.get(id)?.(result ?? { error });
    }
  });

  let last = 0;
  const call = (method, params, sessionId) => new Promise(resolve => {
    answers.set(++last, resolve);
    browser.stdio[3].write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  });

  return async (address, text) => {
    const { targetId } = await call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
    await sleep(ready);
    await call("Page.navigate", { url: address }, sessionId);
    for (let times = 0; times < 20; times++) {
      await sleep(drawn);
      const { result } = await call("Runtime.evaluate", { expression: `(${largest})()`, awaitPromise: true, returnByValue: true }, sessionId);
      if (result.value.text.includes(text)) {
        await call("Target.closeTarget", { targetId });
        return result.value.ms;
      }
    }

    throw new Error(`no ${text} at ${address}`);
  };
}

/** In the page: what the browser kept of its drawing, by its own clock. */
function largest() {
  return new Promise(resolve => new PerformanceObserver(list => resolve({ ms: Math.round(list.getEntries().at(-1).startTime), text: document.body.innerText }))
    .observe({ type: "largest-contentful-paint", buffered: true }));
}

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
