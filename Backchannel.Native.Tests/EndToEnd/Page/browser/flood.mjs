// Others fill their lanes, and one's own, with what is stuck: one's own stands first all the same, and nothing of theirs is said aloud.
import { Caller, serve } from "./bus.mjs";
import { check, equal, open, run, see, sound } from "./drive.mjs";

await run(async () => {
  const bus = await serve();
  const own = await Caller.mint(bus.address, "own");
  const flood = await Caller.mint(bus.address, "flood");
  own.stay();
  flood.stay();
  const mine = await own.channel("mine");
  const pool = await flood.channel("pool");
  await stuck(own, mine, "mine");
  await stuck(own, pool, "posted by me");
  await own.task(await own.channel("mine, unmanned"), "mine waits for a worker");
  for (let times = 0; times < 8; times++) {
    await stuck(flood, mine, `noise ${times}`);
    await stuck(flood, pool, `noise ${times}`);
  }

  // Marks upon a letter reach far.
  for (let lane = 0; lane < 60; lane++) {
    const channel = await flood.channel(`flood ${lane} z${"\u0301".repeat(150)}`);
    if (lane < 12) {
      await stuck(flood, channel, `flood ${lane}`);
    }

    await flood.task(await flood.channel(`flood ${lane}, unmanned`), "waits for a worker");
  }

  for (let lane = 0; lane < 22; lane++) {
    await stuck(flood, await own.channel(`own ${lane}`), `in own ${lane}`);
  }

  const page = await open(own.key);
  await page.goto(bus.address);
  await see(page, "All lanes");
  const rows = page.locator("section.attention li.row");
  const texts = async kind => (await rows.and(page.locator(`.of-${kind}`)).allInnerTexts()).map(text => text.replace(/\s+/g, " "));
  for (const kind of ["question", "failed"]) {
    const [first, second, ...others] = await texts(kind);
    check(/\bmine (asks|fails)/.test(first) && /posted by me/.test(second), `what this key posted comes first: ${first}, ${second}`);
    check(others.every(text => /in own \d/.test(text)), `then its own lanes: ${others}`);
  }

  check((await texts("open"))[0].includes("in mine, unmanned, and no worker is there"), `one's own comes first: ${(await texts("open"))[0]}`);

  // What one posted one may answer, in whosever lane it is.
  equal(await rows.filter({ hasText: "posted by me asks" }).getByRole("button", { name: /^Answer/ }).count(), 1, "the way to answer");
  const table = page.locator("table.lanes tbody tr");
  equal(await table.count(), 50, "lanes that are shown at first");
  equal(await table.filter({ hasText: "of another key" }).count(), 50 - 24, "lanes that are told to be of another key");
  await page.getByRole("button", { name: "Show 50 more" }).click();
  equal(await table.count(), 100, "lanes that are shown then");
  await sound(page, "a flooded bus");

  // The lanes' answer tells nothing of the oldest of many lanes. What a change told of it stays.
  await stuck(flood, mine, "late");
  await rows.getByText("late fails").waitFor();
  await own.channel("anew");
  await page.getByRole("link", { name: "anew" }).waitFor();
  equal(await rows.getByText("late fails").count(), 1, "what a change told, after the next answer about the lanes");

  // The next change that is shown is one's own, and came after theirs.
  await stuck(flood, pool, "aloud");
  const said = page.locator("[role=status], [role=alert]");
  await stuck(own, mine, "own words");
  await said.getByText(/in mine/).first().waitFor();
  await rows.getByText("own words asks").waitFor();
  equal(await said.getByText(/in pool/).count(), 0, "words of others that are said aloud");

  // More lanes that keys ask to come into than are shown are named.
  for (let lane = 0; lane < 6; lane++) {
    const closed = await own.channel(`closed ${lane}`, { access: "restricted" });
    await flood.post(`/v1/channels/${closed}/access-requests`, { reason: "Let me in." });
  }

  await see(page, "1 more lane that keys ask to come into");

  // What was told to one key is not shown to the next one in this tab.
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Your key").fill(flood.key);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await rows.getByText("aloud asks").waitFor();
  equal(await rows.getByText("own words").count(), 0, "what was told to the key before");

  async function stuck(caller, channel, name) {
    const [asks, fails] = [await caller.task(channel, `${name} asks`), await caller.task(channel, `${name} fails`)];
    await caller.claim(channel, "w");
    await caller.claim(channel, "w");
    await caller.note(asks, "w", { kind: "question", text: "And now?" });
    await caller.finish(fails, "failed", "w", { reason: "No.", retry: false });
  }
});
