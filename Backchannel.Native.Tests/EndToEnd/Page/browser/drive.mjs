// The browser: Debian's Chromium, driven by playwright-core.
import { createRequire } from "node:module";
import fs from "node:fs";
import { atEnd, end } from "./bus.mjs";

// The libraries lie where the test script has installed them.
const require = createRequire(`${process.env.BACKCHANNEL_TEST_BROWSER}/`);
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

let browser;
const troubles = [];

/** What may stand in the console: the browser itself tells of answers that are refusals, and of a bus that is away. */
const expected = /Failed to load resource|net::ERR_|ERR_CONNECTION/;

/** Opens a window that nobody has used. @param key Signed in with it; null: not. @param into Where it tells its troubles: those of the scenario, if not said. */
export async function open(key, { width = 1280, height = 800, dark = false, into = troubles } = {}) {
  browser ??= await launch();
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: dark ? "dark" : "light", acceptDownloads: true });
  context.setDefaultTimeout(15_000);
  // Told at once: the next document of the window knows nothing of the reports of this one.
  await context.exposeBinding("reportViolation", ({ page }, text) => into.push(`a report of the policy: ${text} at ${page.url()}`));
  const page = await context.newPage();
  page.on("console", message => message.type() === "error" && !expected.test(message.text()) && into.push(message.text()));
  page.on("pageerror", error => into.push(error.stack));
  page.on("dialog", dialog => {
    into.push(`a dialog of the browser: ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.addInitScript(given => {
    document.addEventListener("securitypolicyviolation", event => reportViolation(`${event.violatedDirective} ${event.blockedURI}`));
    if (given && location.protocol.startsWith("http") && !sessionStorage.getItem("tests-signed-in")) {
      sessionStorage.setItem("backchannel-key", given);
      sessionStorage.setItem("tests-signed-in", "1");
    }
  }, key);
  return page;
}

export const flags =
  ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

async function launch() {
  const launched = await chromium.launch({ executablePath: "/usr/bin/chromium", args: flags });
  atEnd(() => launched.close());
  return launched;
}

export function check(value, what) {
  if (!value) {
    throw new Error(`not so: ${what}`);
  }
}

export const equal = (actual, wanted, what) =>
  check(JSON.stringify(actual) === JSON.stringify(wanted), `${what}: ${JSON.stringify(actual)}, wanted ${JSON.stringify(wanted)}`);

/** Waits until a text is to be seen. */
export const see = (page, text) => page.getByText(text).first().waitFor();

/** Accessible, no report of the policy, nothing wider than the window. */
export async function sound(page, name) {
  if (!await page.evaluate(() => "axe" in window)) {
    await page.evaluate(axe);
  }

  const { violations } = await page.evaluate(() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    // What only reports would need costs as much time as the rules.
    preload: false, selectors: false, resultTypes: ["violations"],
  }));
  equal(violations.map(found => `${found.id}: ${found.nodes[0].html}`), [], `${name}, axe`);
  quiet(name);
  await fits(page, name);
}

/** Neither the console nor the policy has said anything until now. */
export const quiet = name => equal(troubles, [], `${name}, the console and the policy`);

/** Nothing is wider than the window, an open dialog included, and marks upon letters of others stay where they belong. */
export async function fits(page, name) {
  equal(await page.evaluate(() => [...document.querySelectorAll("bdi, [dir=auto]")].filter(text => {
    let block = text;
    while (getComputedStyle(block).overflowY === "visible" && !block.matches("main, header, dialog, ul, table, section")) {
      block = block.parentElement;
    }

    return getComputedStyle(block).overflowY === "visible";
  }).map(text => text.outerHTML)), [], `${name}, texts whose marks may run over others`);
  const wide = await page.evaluate(() => {
    const dialog = document.querySelector("dialog[open]");
    const { left, right, top, bottom } = dialog?.getBoundingClientRect() ?? { left: 0, right: 0, top: 0, bottom: 0 };
    return document.documentElement.scrollWidth > innerWidth || (dialog && dialog.scrollWidth > dialog.clientWidth)
      || left < 0 || right > innerWidth || top < 0 || bottom > innerHeight;
  });
  check(!wide, `${name} fits the window`);
}

/** Waits until a dialog is open, and again until none is. */
export const opened = page => page.locator("dialog[open]").waitFor();
export const closed = page => page.locator("dialog[open]").waitFor({ state: "hidden" });

/** The focus is in the view, also where the button that had it is gone. */
export async function staysIn(page, gone) {
  await gone.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement.closest("main")).catch(() => {
    throw new Error(`the focus is lost with ${gone}`);
  });
}

/** Runs a scenario to its end. */
export async function run(scenario) {
  let status = 0;
  try {
    await scenario();
    equal(troubles, [], "what the console said");
  } catch (error) {
    console.error(error.stack);
    console.error(troubles.join("\n"));
    status = 1;
  }

  await end();
  process.exit(status);
}
