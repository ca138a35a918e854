// By keyboard alone: from signing in to the answer, with the focus always to be seen.
import { serve } from "./bus.mjs";
import { check, closed, equal, open, opened, quiet, run, see } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  const bus = await serve();
  const it = await prepare(bus);
  const page = await open(null);
  await page.goto(bus.address);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await reach(() => document.activeElement.matches("input"));
  await page.keyboard.type(it.person.key);
  await page.keyboard.press("Enter");
  await see(page, "Three tests need the network.");

  // The first stop of a page leads past the head of it, and is to be seen.
  await page.reload();
  await see(page, "Three tests need the network.");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  check(await skip.evaluate(link => link === document.activeElement && link.getBoundingClientRect().left >= 0), "the first stop skips to the content");
  await page.keyboard.press("Enter");
  check(await page.evaluate(() => document.activeElement.matches("main")), "the focus is at the content");
  await page.keyboard.press("Tab");
  check(await page.evaluate(() => document.activeElement.closest("main") !== null), "the next stop is in the content");

  // A question is answered.
  await reach(() => /^Answer/.test(document.activeElement.textContent));
  await page.keyboard.press("Enter");
  await opened(page);
  await page.keyboard.press("Escape");
  await closed(page);
  check(await page.evaluate(() => /^Answer/.test(document.activeElement.textContent)), "the focus is back after a dialog");
  await page.keyboard.press("Enter");
  await opened(page);
  await reach(() => document.activeElement.matches("dialog textarea"));
  await page.keyboard.type("Skip them.");
  await reach(() => /Send/.test(document.activeElement.textContent));
  await page.keyboard.press("Enter");
  await see(page, "The answer was sent.");
  equal((await it.person.get(`/v1/messages/${it.asking}`)).task.notes[1].text, "Skip them.", "the answer");
  await page.getByRole("button", { name: /^Answer/ }).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement.textContent === "Needs attention");

  // From the lanes to a lane, one of its states and a task: each view begins at its heading.
  await reach(() => document.activeElement.matches("tbody th a") && document.activeElement.textContent === "builds");
  await page.keyboard.press("Enter");
  await headed("builds");
  await reach(() => /^failed/.test(document.activeElement.textContent) && document.activeElement.matches(".chip"));
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("main section.list").length === 1);
  await reach(() => document.activeElement.matches(".what"));
  await page.keyboard.press("Enter");
  await headed("Build branch feature/parser and run the integration tests.");
  await page.goBack();
  await headed("builds");

  // A task is posted, its priority chosen with the arrow keys.
  await reach(() => document.activeElement.textContent === "Post a task…");
  await page.keyboard.press("Space");
  await opened(page);
  await reach(() => document.activeElement.matches("dialog textarea"));
  await page.keyboard.type("Build it by keyboard.");
  await reach(() => document.activeElement.matches("dialog select"));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await reach(() => document.activeElement.textContent === "Post the task");
  await page.keyboard.press("Enter");
  await headed("Build it by keyboard.");
  const [posted] = (await it.person.get(`/v1/channels/${it.builds}/tasks?state=open`)).data;
  equal([posted.content, posted.priority], ["Build it by keyboard.", 7], "what was posted");

  // A search, its lane chosen with the arrow keys.
  await page.keyboard.press("Shift+Tab");
  await reach(() => document.activeElement.textContent === "Search", "Shift+Tab");
  await page.keyboard.press("Enter");
  await headed("Search");
  await reach(() => document.activeElement.matches("main input"));
  await page.keyboard.type("keyboard");
  await page.keyboard.press("Enter");
  await see(page, "Found for");
  await reach(() => document.activeElement.matches(".what"));
  await page.keyboard.press("Enter");
  await headed("Build it by keyboard.");
  quiet("by keyboard");

  /** A view that was gone to has its heading shown, and begins there. */
  async function headed(title) {
    await page.waitForFunction(title => document.activeElement.matches("h1") && document.activeElement.textContent.trim() === title, title);
  }

  /** Presses Tab until the focus is there; each stop on the way has to be visible. */
  async function reach(isThere, key = "Tab") {
    for (let stops = 0; stops < 60; stops++) {
      if (await page.evaluate(isThere)) {
        return;
      }

      await page.keyboard.press(key);
      const lost = await page.evaluate(() => {
        const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
        return document.activeElement !== document.body && outlineStyle === "none" && boxShadow === "none" ? document.activeElement.outerHTML.slice(0, 200) : null;
      });
      equal(lost, null, "an element whose focus cannot be seen");
    }

    throw new Error(`not reached by Tab: ${isThere}`);
  }
});
