// What changes is seen without reloading, on each view that is open, over a restart of the bus too.
import { Caller, serve } from "./bus.mjs";
import { equal, open, run, see, sound } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  let bus = await serve();
  const it = await prepare(bus);
  let loads = 0;
  const [lanes, lane, task, workers] = [await look(""), await look(`lane/${it.docs}`), await look(`task/${it.open}`), await look("workers")];
  await see(lanes, "All lanes");
  await see(lane, "Write the chapter on leases.");
  await see(task, "Posted by");
  await see(workers, "Ended lately");

  await seenOn(lane, "Posted while somebody looks on.", () => it.person.task(it.docs, "Posted while somebody looks on."));
  await lanes.getByRole("row", { name: /docs/ }).getByRole("link", { name: "2 open" }).waitFor();

  await bus.stop();
  const lost = [lanes, lane, task].map(page => page.getByText("The bus does not answer."));
  await Promise.all(lost.map(word => word.waitFor()));
  await sound(lanes, "a page without its bus");

  // What happens before the pages have the bus again is seen as well.
  bus = await serve(bus.port);
  await it.person.task(it.docs, "Posted before anybody looks on again.");
  await it.person.post(`/v1/messages/${it.open}/notes`, { kind: "comment", text: "Mind the bus." });
  await Promise.all(lost.map(word => word.waitFor({ state: "hidden" })));
  await see(lane, "Posted before anybody looks on again.");
  await see(task, "Mind the bus.");

  // A change that comes while older answers of the lists are still on their way.
  const slow = await open(it.person.key);
  const line = await it.person.channel("slow line");
  await it.person.task(line, "taken meanwhile");
  await slow.goto(bus.address);
  await see(slow, "All lanes");
  const held = [];
  const told = slow.waitForResponse(answer => answer.url().includes("/v1/changes") && answer.text().then(text => text.includes("taken meanwhile"), () => false));
  const all = new Promise(done => slow.route(/\/tasks\?/, async route => {
    held.push({ route, response: await route.fetch() });
    if (held.length === 6) {
      done();
    }
  }));
  await slow.evaluate(id => { location.hash = `#/lane/${id}`; }, line);
  await all;
  await it.person.claim(line, "w");
  await told;
  await Promise.all(held.map(({ route, response }) => route.fulfill({ response })));
  await slow.locator("section.list", { hasText: "Claimed" }).getByText("taken meanwhile").waitFor();
  equal(await slow.getByText("taken meanwhile").count(), 1, "lists that show a task");
  await lanes.getByRole("row", { name: /docs/ }).getByRole("link", { name: "3 open" }).waitFor();
  await seenOn(lane, "Posted after the restart.", () => it.person.task(it.docs, "Posted after the restart."));
  await lanes.getByRole("row", { name: /docs/ }).getByRole("link", { name: "4 open" }).waitFor();

  // Another agent takes the task, asks, and brings its result.
  it.worker.stay();
  await seenOn(task, "Claimed by writer-1", () => it.worker.claim(it.docs, "writer-1"));
  await lanes.getByRole("row", { name: /docs/ }).getByRole("link", { name: "1 claimed" }).waitFor();
  await see(lane, "held by");
  await see(workers, "writer-1");
  await seenOn(task, "Which leases?", () => it.worker.note(it.open, "writer-1", { kind: "question", text: "Which leases?" }));
  await lanes.getByRole("region", { name: "Needs attention" }).getByText("Which leases?").waitFor();
  await seenOn(task, "The chapter is written.", () => it.worker.finish(it.open, "acknowledged", "writer-1", { result: "The chapter is written." }));
  await lanes.getByRole("row", { name: /docs/ }).getByRole("link", { name: "1 done today" }).waitFor();
  await lanes.getByRole("region", { name: "Needs attention" }).getByText("Which leases?").waitFor({ state: "detached" });
  await lane.getByRole("region", { name: /^Done/ }).getByText("Write the chapter on leases.").waitFor();

  // Who comes is a change too: a worker that waits, a key that asks to come in, one that was let in.
  const restricted = await look(`lane/${it.secrets}`);
  await see(restricted, "Asks to come in");
  const guest = await Caller.mint(bus.address, "guest@workbench");
  await seenOn(restricted, "guest@workbench", () => guest.post(`/v1/channels/${it.secrets}/access-requests`, { reason: "I watch." }));
  const entry = (await it.person.get(`/v1/channels/${it.secrets}/access-requests`)).data.find(one => one.reason === "I watch.");
  const guests = await look("", guest.key);
  await see(guests, "All lanes");
  await seenOn(guests, "release-secrets", () => it.person.post(`/v1/channels/${it.secrets}/access-requests/${entry.id}/approve`));
  await restricted.getByText("guest@workbench").waitFor({ state: "detached" });
  await it.person.remove(`/v1/channels/${it.secrets}/members/${(await guest.get("/v1/keys/me")).key_id}`);
  await guests.getByText("release-secrets").waitFor({ state: "detached" });
  const passing = await it.person.channel("passing");
  await restricted.evaluate(id => { location.hash = `#/lane/${id}`; }, passing);
  await restricted.getByRole("heading", { level: 1, name: "passing" }).waitFor();
  await it.person.remove(`/v1/channels/${passing}`);
  await restricted.getByRole("heading", { level: 1, name: "This lane is not among yours" }).waitFor();

  await see(workers, "Nobody waits.");
  const leaving = new AbortController();
  const waiting = it.worker.await(it.docs, "idle-1", leaving.signal);
  await see(workers, "idle-1");
  leaving.abort();
  await waiting;
  await see(workers, "Nobody waits.");
  equal(loads, 6, "the pages that were loaded");

  async function look(address, key = it.person.key) {
    const page = await open(key);
    page.on("load", () => loads++);
    await page.goto(`${bus.address}/#/${address}`);
    return page;
  }

  /** Something is done on the bus, and is seen. */
  async function seenOn(page, text, act) {
    const begin = performance.now();
    await act();
    const done = performance.now();
    await see(page, text);
    console.log(`“${text}”: seen ${Math.round(performance.now() - done)} ms after the bus had it, ${Math.round(performance.now() - begin)} ms after it was sent`);
  }
});
