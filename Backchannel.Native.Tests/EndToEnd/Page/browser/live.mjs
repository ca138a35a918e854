// What changes is seen without reloading, over a restart of the bus too; a busy lane stays small.
import { prepare, serve } from "./bus.mjs";
import { check, open, run, see } from "./drive.mjs";

await run(async () => {
  let bus = await serve();
  const it = await prepare(bus);
  const page = await open(it.person.key);
  let loads = 0;
  page.on("load", () => loads++);
  await page.goto(`${bus.address}/#/lane/${it.docs}`);
  await see(page, "Write the chapter on leases.");

  await it.person.task(it.docs, "Posted while somebody looks on.");
  await see(page, "Posted while somebody looks on.");

  await bus.stop();
  await see(page, /not answer|connection/i);
  bus = await serve(bus.port);
  await it.person.task(it.docs, "Posted after the restart.");
  await see(page, "Posted after the restart.");
  check(loads === 1, `nothing was loaded anew: ${loads}`);

  const many = await it.person.channel("many");
  for (let start = 0; start < 10_000; start += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, place) => it.person.task(many, `task ${start + place}`)));
  }

  const crowded = await open(it.person.key);
  const begin = performance.now();
  await crowded.goto(`${bus.address}/#/lane/${many}`);
  await see(crowded, "task 9");
  console.log(`10,000 tasks: the first view after ${Math.round(performance.now() - begin)} ms`);
  const elements = await crowded.evaluate(() => document.querySelectorAll("*").length);
  check(elements < 2_000, `few elements for 10,000 tasks: ${elements}`);
  const rows = await crowded.getByText(/^task \d+$/).count();
  await crowded.getByRole("button", { name: /more/i }).first().click();
  await crowded.waitForFunction(before => [...document.querySelectorAll("a")].filter(link => /^task \d+$/.test(link.textContent.trim())).length > before, rows);
});
