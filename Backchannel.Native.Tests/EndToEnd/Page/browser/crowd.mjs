// 10,000 tasks: the first view, what it holds, and what comes after it. Prints how long each took.
import { serve } from "./bus.mjs";
import { check, equal, open, run, see, sound } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  const bus = await serve();
  const it = await prepare(bus);
  const watched = await open(it.person.key);
  await watched.goto(`${bus.address}/#/task/${it.open}`);
  await see(watched, "Posted by");
  const many = await it.person.channel("many");
  for (let start = 0; start < 10_000; start += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, place) => it.person.task(many, `task ${start + place}`)));
  }

  // A time grows older by itself.
  await watched.locator(".timeline time").getByText(/^\d+ s ago$/).waitFor();
  await watched.close();

  let views = 0;
  await several(() => open(it.person.key), "", "10,000", "all lanes, in a window of its own", page => page.close());
  const page = await open(it.person.key);
  await first(page, "", "10,000");
  await sound(page, "all lanes with 10,000 tasks");
  await several(() => open(it.person.key), `lane/${many}`, "task 9", "a lane, in a window of its own", page => page.close());
  const crowded = await open(it.person.key);
  await first(crowded, `lane/${many}`, "task 9");
  await sound(crowded, "a lane with 10,000 tasks");
  await several(() => crowded, "", "10,000", "all lanes, in a window that had another view");
  await several(() => crowded, `lane/${many}`, "task 9", "a lane, in a window that had another view");

  const elements = await crowded.evaluate(() => document.querySelectorAll("*").length);
  check(elements < 2_000, `few elements for 10,000 tasks: ${elements}`);
  const rows = crowded.locator("main .rows .what");
  equal(await rows.count(), 50, "the tasks of the first page");
  await crowded.getByRole("button", { name: "Show 50 more" }).click();
  await crowded.waitForFunction(() => document.querySelectorAll("main .rows .what").length === 100);
  equal(new Set(await rows.allInnerTexts()).size, 100, "different tasks of two pages");
  await see(crowded, "100 shown of 10,000");

  const begin = performance.now();
  await it.person.task(many, "One more of many.");
  await see(crowded, "One more of many.");
  console.log(`one more of 10,000 tasks: seen ${Math.round(performance.now() - begin)} ms after it was sent`);

  // A search has them all.
  await crowded.getByLabel("Search this lane").fill("9999");
  await see(crowded, "Found for");
  await crowded.getByText("task 9999").waitFor();

  /** Prints the median of seven times. */
  async function several(window, address, text, what, leave = () => {}) {
    const times = [];
    while (times.length < 7) {
      const page = await window();
      times.push(await first(page, address, text));
      await leave(page);
    }

    times.sort((a, b) => a - b);
    console.log(`10,000 tasks, ${what}: ${times[3]} ms (${times[0]} to ${times[6]})`);
  }

  /**
   * By the window's own clock: from the beginning of its loading until the frame with the text is drawn, in ms.
   * The window tells it by itself: to ask for it, the driver would load 330 KB of script into the page meanwhile.
   */
  async function first(page, address, text) {
    const name = `tellView${views++}`;
    const told = new Promise(done => page.exposeBinding(name, (_, ms) => done(ms)));
    await page.addInitScript(([name, text]) => {
      const observer = new MutationObserver(() => {
        if (document.querySelector("main")?.textContent.includes(text)) {
          observer.disconnect();
          // After the frame that has it.
          requestAnimationFrame(() => setTimeout(() => window[name](Math.round(performance.now()))));
        }
      });
      observer.observe(document, { subtree: true, childList: true, characterData: true });
    }, [name, text]);
    await page.goto("about:blank");
    await page.goto(`${bus.address}/#/${address}`);
    return told;
  }
});
