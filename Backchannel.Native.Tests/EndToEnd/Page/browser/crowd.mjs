// 10,000 tasks: the first view, what it holds, and what comes after it. Prints how long each took.
import { folder, serve, start } from "./bus.mjs";
import { check, equal, open, run, see, sound } from "./drive.mjs";
import { prepare } from "./prepare.mjs";
import { browse } from "./unwatched.mjs";

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

  // By `open`, so that the browser is signed in without a driver.
  const { text: lines } = await start(["open", "--no-browser"], { HOME: folder, BACKCHANNEL_BASE_URL: bus.address, BACKCHANNEL_API_KEY: it.person.key }, /until this command ends/);
  const show = await browse();
  await show(`file://${lines.match(/Open (\S+\.html)/)[1]}`, "All lanes");
  const address = lines.match(/is at (http:\/\/[\w.:]+\d)/)[1];
  await several(`${address}/#/`, "10,000", "all lanes, in a new window");
  await several(`${address}/#/lane/${many}`, "task 9", "a lane, in a new window");

  const page = await open(it.person.key);
  await reach(page, "", "10,000");
  await sound(page, "all lanes with 10,000 tasks");
  const crowded = await open(it.person.key);
  await reach(crowded, `lane/${many}`, "task 9");
  await sound(crowded, "a lane with 10,000 tasks");

  const elements = await crowded.evaluate(() => document.querySelectorAll("*").length);
  check(elements < 2_000, `few elements for 10,000 tasks: ${elements}`);
  const rows = crowded.locator("main .rows .what");
  equal(await rows.count(), 50, "the tasks of the first page");
  await crowded.getByRole("button", { name: "Show 50 more" }).click();
  await crowded.waitForFunction(() => document.querySelectorAll("main .rows .what").length === 100);
  equal(new Set(await rows.allInnerTexts()).size, 100, "different tasks of two pages");
  await see(crowded, "100 shown of 10,000");

  // What is shown stays so when the list is read anew.
  const again = crowded.waitForResponse(answer => answer.url().includes("limit=100"));
  await it.person.change(`/v1/channels/${many}`, { description: "A lane that was described later" });
  await again;
  await see(crowded, "A lane that was described later");
  equal(await rows.count(), 100, "the tasks after the list was read anew");

  // Who goes to a task and back is where it was.
  await rows.nth(80).scrollIntoViewIfNeeded();
  const place = await crowded.evaluate(() => scrollY);
  await rows.nth(80).click();
  await see(crowded, "Posted by");
  await crowded.goBack();
  await crowded.waitForFunction(place => document.querySelectorAll("main .rows .what").length === 100 && Math.abs(scrollY - place) < 2, place);

  const begin = performance.now();
  await it.person.task(many, "One more of many.");
  await see(crowded, "One more of many.");
  console.log(`one more of 10,000 tasks: seen ${Math.round(performance.now() - begin)} ms after it was sent`);

  // What comes pushes no row off the end of a list that was opened further.
  equal(await rows.count(), 101, "the tasks after one more");

  // A search has them all.
  await crowded.getByLabel("Search this lane").fill("9999");
  await see(crowded, "Found for");
  await crowded.getByText("task 9999").waitFor();

  // What cannot be read any further takes nothing away.
  await crowded.getByLabel("Search this lane").fill("");
  await see(crowded, "101 shown of 10,001");
  await bus.stop();
  await crowded.getByRole("button", { name: "Show 50 more" }).click();
  await crowded.getByRole("button", { name: "Try again" }).waitFor();
  equal(await rows.count(), 101, "the tasks while the bus is away");

  /** Prints the median of seven times. */
  async function several(address, text, what) {
    const times = [];
    while (times.length < 7) {
      times.push(await show(address, text));
    }

    times.sort((a, b) => a - b);
    console.log(`10,000 tasks, ${what}: ${times[3]} ms (${times[0]} to ${times[6]})`);
  }

  async function reach(page, address, text) {
    await page.goto(`${bus.address}/#/${address}`);
    await page.waitForFunction(text => document.querySelector("main")?.textContent.includes(text), text);
  }
});
