// The figures of a lane stand in their columns, and its tasks in the lists of their states.
import { serve } from "./bus.mjs";
import { equal, open, run, see } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  const bus = await serve();
  const it = await prepare(bus);
  await counted();
  const page = await open(it.person.key);
  const states = page.getByRole("navigation", { name: "States" });

  // Each figure is another one: none can stand in the column of its neighbour.
  await page.goto(bus.address);
  await see(page, "counted");
  equal(await columns("counted"), {
    "Lane": "counted", "Open": "4", "Claimed": "3 2", "Waiting": "2", "Failed": "1", "Done today": "5", "Workers": "3 at work", "Oldest open": "just now",
  }, "the columns of a lane");
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "counted", exact: true }) });
  equal(await row.getByRole("link").evaluateAll(links => links.map(link => link.ariaLabel ?? link.textContent)),
    ["counted", "4 open", "3 claimed", "2 open questions", "2 waiting", "1 failed", "5 done today"], "the links of a lane");
  equal(await row.getByRole("img").getAttribute("aria-label"), "Last hour: 21 posts, 5 done, at most 21 a minute", "the plot of a lane");
  equal(Object.values(await columns("docs")), ["docs", "1", "0", "0", "0", "0", "none", "just now"], "a lane without a worker");
  equal(Object.values(await columns("release-secrets")).slice(1), ["0", "0", "0", "0", "0", "none", "–"], "a lane without tasks");

  // Open questions come first in their list, then the newest change.
  await row.getByRole("link", { name: "counted", exact: true }).click();
  await see(page, "counted failed 1");
  const named = (state, ...places) => places.map(place => `counted ${state} ${place}`);
  const all = {
    Failed: named("failed", 1), Claimed: named("claimed", 2, 1, 3), Open: named("open", 4, 3, 2, 1),
    Waiting: named("waiting", 2, 1), Done: named("done", 5, 4, 3, 2, 1), Cancelled: named("cancelled", 6, 5, 4, 3, 2, 1),
  };
  equal(await lists(), all, "the lists of a lane");
  equal((await states.getByRole("link").allInnerTexts()).map(text => text.replace(/\s+/g, " ").trim()),
    ["all", "failed 1", "claimed 3", "open 4", "waiting 2", "done today 5", "cancelled 6"], "the states to choose from");

  // Each choice leaves its own list.
  for (const state of Object.keys(all)) {
    const choice = states.getByRole("link", { name: new RegExp(`^${state}`, "i") });
    await choice.click();
    await see(page, all[state][0]);
    await listsAre(1);
    equal(await lists(), { [state]: all[state] }, `only what is ${state}`);
    equal(await choice.getAttribute("aria-current"), "true", `${state} is marked as chosen`);
  }

  await states.getByRole("link", { name: "all" }).click();
  await listsAre(6);
  equal(await lists(), all, "all lists again");

  // The search of a lane finds nothing of another one.
  await it.person.task(it.docs, "counted waiting 2, in another lane");
  await page.getByLabel("Search this lane").fill("waiting 2");
  await see(page, "Found for");
  await see(page, "counted waiting 2");
  equal(await page.locator("main .list .what").allInnerTexts(), ["counted waiting 2"], "what the search of a lane finds");
  await page.getByLabel("Search this lane").fill("");
  await listsAre(6);

  // Many lanes are found by a part of their names.
  await Promise.all(Array.from({ length: 12 }, (_, place) => it.person.channel(`shelf ${place}`)));
  await page.goto(bus.address);
  await page.getByLabel("Filter").fill("SHELF 1");
  await page.waitForFunction(() => document.querySelectorAll("main table tbody tr").length === 3);
  equal((await page.getByRole("rowheader").allInnerTexts()).sort(), ["shelf 1", "shelf 10", "shelf 11"], "the lanes of a filter");
  await page.getByLabel("Filter").fill("absent");
  await see(page, "No lane has “absent” in its name.");

  /** A lane with tasks in each state, of each another number. */
  async function counted() {
    const lane = await it.person.channel("counted");
    const post = async (count, word, then = () => {}, more = {}) => {
      for (let place = 1; place <= count; place++) {
        await then(await it.person.task(lane, `counted ${word} ${place}`, more));
      }
    };
    const claim = () => it.worker.claim(lane, "w");
    const held = [];
    await post(5, "done", async () => it.worker.finish(await claim(), "acknowledged", "w"));
    await post(1, "failed", async () => it.worker.finish(await claim(), "failed", "w", { reason: "No.", retry: false }));
    await post(6, "cancelled", task => it.person.post(`/v1/messages/${task}/cancel`));
    await post(3, "claimed", async () => held.push(await claim()));
    await it.worker.note(held[0], "w", { kind: "question", text: "And now?" });
    await it.worker.note(held[1], "w", { kind: "question", text: "And then?" });
    await post(2, "waiting", () => {}, { depends_on: [held[0]] });
    await post(4, "open");
  }

  /** What stands in the row of a lane, by the heads of the columns. */
  function columns(name) {
    return page.evaluate(name => {
      const said = cell => cell.innerText.replace(/\s+/g, " ").trim();
      const table = document.querySelector("main table");
      const heads = [...table.tHead.rows[0].cells].map(said);
      const row = [...table.tBodies[0].rows].find(row => row.querySelector("a").textContent === name);
      const cells = [...row.cells].map(cell => said(cell.querySelector("a[href]:only-child") ?? cell));
      return Object.fromEntries(heads.slice(0, -1).map((head, at) => [head, cells[at]]));
    }, name);
  }

  /** The tasks of each list that has some, by its heading. */
  function lists() {
    return page.evaluate(() => Object.fromEntries([...document.querySelectorAll("main section.list")]
      .map(list => [list.querySelector("h2 .state").textContent, [...list.querySelectorAll(".what")].map(link => link.innerText)])));
  }

  function listsAre(count) {
    return page.waitForFunction(count => document.querySelectorAll("main section.list h2 .state").length === count, count);
  }
});
