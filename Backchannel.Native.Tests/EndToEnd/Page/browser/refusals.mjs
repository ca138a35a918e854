// An act that comes too late: the bus's word is shown, then the new state; what was typed is kept.
import { serve } from "./bus.mjs";
import { closed, equal, open, opened, run, see, sound } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  let bus = await serve();
  const it = await prepare(bus);
  const page = await open(it.person.key);
  const tasksOf = async lane => (await it.person.get(`/v1/channels/${lane}/tasks`)).data;

  // A list that cannot be read is told in its place.
  let isBroken = true;
  await page.route("**/tasks?*state=claimed", route => (isBroken ? route.fulfill({ status: 500, json: { error: "internal_error", message: "The disk is full." } }) : route.continue()));
  await page.goto(`${bus.address}/#/lane/${it.builds}`);
  await see(page, "The disk is full.");
  isBroken = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("The disk is full.").waitFor({ state: "detached" });
  await page.getByRole("region", { name: "Claimed" }).getByRole("link").first().waitFor();
  await page.unroute("**/tasks?*state=claimed");

  // Somebody else answers first.
  await begin(`task/${it.asking}`, "Answer…");
  await page.getByLabel("Your answer").fill("Run them.");
  await it.person.post(`/v1/messages/${it.asking}/notes`, { kind: "answer", text: "Skip them.", actor: "petra" });
  await refused("Send the answer", /answered: the first answer stands/);
  equal(await page.getByLabel("Your answer").inputValue(), "Run them.", "what was typed");
  await leave();
  await see(page, "Answer from petra");
  equal(await page.getByRole("button", { name: "Answer…" }).count(), 0, "the way to answer, once it is answered");
  equal((await it.person.get(`/v1/messages/${it.asking}`)).task.notes.map(note => note.text).slice(1), ["Skip them."], "the answers");

  // The worker is done first.
  await begin(`task/${it.asking}`, "Cancel…");
  await page.getByLabel("Reason").fill("Too late.");
  await it.worker.finish(it.asking, "acknowledged", "builder-1", { result: "Built." });
  await refused("Cancel the task", /what was reported first stands/);
  await leave();
  await see(page, "Built.");
  equal(await page.getByRole("button", { name: /Cancel…|Comment…|Answer…/ }).count(), 0, "what may be done to a task that is done");

  // Somebody else reopens first.
  await begin(`task/${it.failed}`, "Reopen…");
  await it.person.post(`/v1/messages/${it.failed}/reopen`);
  await refused("Reopen the task", "Only a failed task can be reopened; this one is open.");
  await leave();
  await page.locator(".standing .state.of-open").waitFor();

  // Somebody else decides first.
  const [request] = (await it.person.get(`/v1/channels/${it.secrets}/access-requests`)).data;
  await begin(`lane/${it.secrets}`, "Let in…");
  await it.person.post(`/v1/channels/${it.secrets}/access-requests/${request.id}/deny`);
  await refused("Let it in", /resolved|decided/);
  await leave();
  await page.getByRole("button", { name: "Let in…" }).waitFor({ state: "detached" });
  equal((await it.stranger.get(`/v1/channels/${it.secrets}`)).status, 403, "what a refused key may read");

  // A lane that takes nothing now: the text stays, and is posted once when it does again.
  await begin(`lane/${it.docs}`, "Post a task…");
  await page.getByLabel("The task").fill("Write the index.");
  await it.person.change(`/v1/channels/${it.docs}`, { paused: true });
  await refused("Post the task", /paused/);
  await it.person.change(`/v1/channels/${it.docs}`, { paused: false });
  const searching = await open(it.person.key);
  await searching.goto(`${bus.address}/`);
  await see(searching, "Needs attention");
  await bus.stop();
  await searching.evaluate(() => { location.hash = "#/search?q=chapter"; });
  await searching.getByRole("button", { name: "Try again" }).waitFor();
  await refused("Post the task", "It may have got this all the same. Sent again as it is, it counts once");
  equal(await page.getByLabel("The task").inputValue(), "Write the index.", "what was typed");
  bus = await serve(bus.port);
  // A search that got no answer is sent again by itself.
  await searching.getByRole("button", { name: "Try again" }).waitFor({ state: "detached" });
  await see(searching, "Write the chapter on leases.");
  await page.getByRole("button", { name: "Post the task" }).click();
  await see(page, "It is posted.");
  equal((await tasksOf(it.docs)).map(task => task.content), ["Write the index.", "Write the chapter on leases."], "what was posted");

  async function begin(address, name) {
    await page.goto(`${bus.address}/#/${address}`);
    await page.getByRole("main").getByRole("button", { name }).click();
    await opened(page);
  }

  /** The dialog stays open and says why. */
  async function refused(act, why) {
    await page.getByRole("button", { name: act }).click();
    await page.locator("dialog[open] [role=alert]").getByText(why).waitFor();
    await page.getByRole("button", { name: act }).isEnabled();
    await sound(page, `the dialog after: ${act}`);
  }

  async function leave() {
    await page.keyboard.press("Escape");
    await closed(page);
  }
});
