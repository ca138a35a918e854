// Two keys that must not see each other's, and content that is hostile.
import { Caller, serve } from "./bus.mjs";
import { check, equal, open, run, see } from "./drive.mjs";

const hostile = [
  "<script>window.hit = 1</script>", "<img src=x onerror='window.hit = 2'>", "[x](javascript:window.hit=3)", "javascript:window.hit=4",
  "<a href='javascript:window.hit=5'>click</a>", "\u202Egnp.exe\u202C", "<style>*{display:none}</style>", "w".repeat(5_000), "</textarea><svg onload=window.hit=6>", "${window.hit=7}",
];

await run(async () => {
  const bus = await serve();
  const [alice, bob] = [await Caller.mint(bus.address, "alice"), await Caller.mint(bus.address, "bob")];
  const hers = await alice.channel("hers", { access: "restricted" });
  const hidden = await alice.channel("hidden", { discoverable: false });
  const secret = await alice.task(hers, "The plan is a secret.");
  await alice.task(hidden, "Another secret.");

  await bob.channel("mine");
  const page = await open(bob.key);
  const views = {
    "/": "mine", "/#/workers": "No task has ended", "/#/search?q=secret": "Nothing has all these words",
    [`/#/lane/${hers}`]: "This lane is not among yours", [`/#/task/${secret}`]: /is restricted|No message has this id/,
  };
  for (const [address, text] of Object.entries(views)) {
    await page.goto(bus.address + address);
    await page.reload();
    await see(page, text);
    const shown = await page.locator("body").innerText();
    check(!/secret\.|hers|hidden/.test(shown), `${address} shows nothing of another key: ${shown}`);
  }

  const lane = await bob.channel("lane-<b>x</b>", { description: hostile.join(" ") });
  bob.stay();
  const foreign = [];
  page.on("request", request => !request.url().startsWith(bus.address) && !request.url().startsWith("data:") && foreign.push(request.url()));
  for (const content of hostile) {
    const task = await bob.task(lane, content, { actor_label: content.slice(0, 100), metadata: { note: content } });
    await bob.claim(lane, "w");
    await bob.note(task, "w", { kind: "question", text: content.slice(0, 3_000) });
    await page.goto(`${bus.address}/#/task/${task}`);
    await page.reload();
    await see(page, "What happened");
    await bob.finish(task, "failed", "w", { reason: content.slice(0, 500), retry: false });
    await see(page, "Why it failed");
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `fits the window: ${content.slice(0, 40)}`);
    await harmless(content.slice(0, 40));
  }

  for (const [address, text] of Object.entries({ "/": "lane-<b>x</b>", [`/#/lane/${lane}`]: hostile[0], "/#/workers": hostile[0], "/#/search?q=window": hostile[0] })) {
    await page.goto(bus.address + address);
    await page.reload();
    await see(page, text);
    await harmless(address);
  }

  equal(foreign, [], "requests to others");

  /** Asked of each document: the next one has a window of its own. */
  async function harmless(where) {
    equal(await page.evaluate(() => window.hit ?? null), null, `${where}: nothing of it ran`);
    equal(await page.locator("main").locator("script, img, style, a[href^=javascript]").count(), 0, `${where}: nothing of it is an element`);
    equal(await page.evaluate(() => window.violations), [], `${where}: reports of the policy`);
  }
});
