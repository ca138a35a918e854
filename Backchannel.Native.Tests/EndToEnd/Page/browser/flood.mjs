// Others fill their lanes with what is stuck: one's own stands first all the same.
import { Caller, serve } from "./bus.mjs";
import { check, open, run, see } from "./drive.mjs";

await run(async () => {
  const bus = await serve();
  const own = await stuck(await Caller.mint(bus.address, "own"), "mine");
  const flood = await Caller.mint(bus.address, "flood");
  own.stay();
  flood.stay();
  for (let lane = 0; lane < 12; lane++) {
    await stuck(flood, `flood ${lane}`);
  }

  const page = await open(own.key);
  await page.goto(bus.address);
  await see(page, "All lanes");
  const rows = page.locator("section.attention li.row");
  const first = async kind => (await rows.and(page.locator(`.of-${kind}`)).first().innerText()).replace(/\s+/g, " ");
  for (const [kind, word] of [["question", "asks in mine"], ["failed", "in mine"], ["open", "in mine, unmanned, and no worker is there"]]) {
    check((await first(kind)).includes(word), `one's own comes first: ${await first(kind)}`);
  }

  async function stuck(caller, name) {
    const channel = await caller.channel(name);
    const [asks, fails] = [await caller.task(channel, `${name} asks`), await caller.task(channel, `${name} fails`)];
    await caller.claim(channel, "w");
    await caller.claim(channel, "w");
    await caller.note(asks, "w", { kind: "question", text: "And now?" });
    await caller.finish(fails, "failed", "w", { reason: "No.", retry: false });
    await caller.task(await caller.channel(`${name}, unmanned`), `${name} waits for a worker`);
    return caller;
  }
});
