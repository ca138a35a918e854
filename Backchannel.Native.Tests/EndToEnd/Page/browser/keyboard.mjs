// By keyboard alone: from signing in to the answer, with the focus always to be seen.
import { prepare, serve } from "./bus.mjs";
import { check, equal, open, run, see } from "./drive.mjs";

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
  await reach(() => /^Answer/.test(document.activeElement.textContent));
  await page.keyboard.press("Enter");
  await page.locator("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "hidden" });
  check(await page.evaluate(() => /^Answer/.test(document.activeElement.textContent)), "the focus is back after a dialog");
  await page.keyboard.press("Enter");
  await reach(() => document.activeElement.matches("dialog textarea"));
  await page.keyboard.type("Skip them.");
  await reach(() => /Send/.test(document.activeElement.textContent));
  await page.keyboard.press("Enter");
  await see(page, "The answer was sent.");
  equal((await it.person.get(`/v1/messages/${it.asking}`)).task.notes[1].text, "Skip them.", "the answer");

  /** Presses Tab until the focus is there; each stop on the way has to be visible. */
  async function reach(isThere) {
    for (let stops = 0; stops < 60; stops++) {
      if (await page.evaluate(isThere)) {
        return;
      }

      await page.keyboard.press("Tab");
      const lost = await page.evaluate(() => {
        const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
        return document.activeElement !== document.body && outlineStyle === "none" && boxShadow === "none" ? document.activeElement.outerHTML.slice(0, 200) : null;
      });
      equal(lost, null, "an element whose focus cannot be seen");
    }

    throw new Error(`not reached by Tab: ${isThere}`);
  }
});
