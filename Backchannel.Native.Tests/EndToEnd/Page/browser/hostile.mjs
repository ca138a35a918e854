// Texts that want to be more than text, wherever an agent may put one: none runs, none is an element, none breaks the window or the line.
import { Caller, serve } from "./bus.mjs";
import { check, equal, fits, open, opened, quiet, run, see } from "./drive.mjs";

const hostile = [
  "<script>window.hit = 1</script>", "<img src=x onerror='window.hit = 2'>", "[x](javascript:window.hit=3)", "javascript:window.hit=4",
  "<a href='javascript:window.hit=5'>click</a>", "\u202Egnp.exe", "<style>*{display:none}</style>", "w".repeat(5_000), "</textarea><svg onload=window.hit=6>",
  "${window.hit=7}", "\" onmouseover=\"window.hit=8\" autofocus onfocus=\"window.hit=9",
];
const short = hostile.map(text => text.slice(0, 200));

await run(async () => {
  const bus = await serve();
  const bob = await Caller.mint(bus.address, hostile[10]);
  bob.stay();
  const lane = await bob.channel(`lane-${short[1]}`, { access: "restricted", description: hostile.join(" ") });
  const { sha256 } = await bob.upload("x");
  const page = await open(bob.key, { width: 360 });
  const foreign = [];
  page.on("request", request => !request.url().startsWith(bus.address) && !/^(data|blob):/.test(request.url()) && foreign.push(request.url()));

  for (const [at, text] of hostile.entries()) {
    const files = [{ name: short[at], media_type: "text/html", bytes: 1, sha256 }];
    const post = () => bob.task(lane, text, { actor_label: short[at], metadata: { [short[at]]: text }, files });
    const [failed, done] = [await post(), await post()];
    for (const task of [failed, done]) {
      equal(await bob.claim(lane, short[at]), task, "the task that is claimed");
      await bob.note(task, short[at], { kind: "progress", percent: 5, text: text.slice(0, 3_000) });
      await bob.note(task, short[at], { kind: "question", text: text.slice(0, 3_000) });
    }

    await visit(`/#/task/${failed}`, "Question from", failed);
    await bob.finish(failed, "failed", short[at], { reason: text.slice(0, 1_000), retry: false });
    await bob.finish(done, "acknowledged", short[at], { result: text, files });
    await visit(`/#/task/${done}`, "Files of the result", done);
    await visit(`/#/task/${failed}`, "Why it failed", failed);
    await page.getByText("Metadata").click();
    await harmless(`the metadata of ${short[at]}`);
  }

  // Some are held, and some ask to come in, so that each list has all of them.
  for (const [at, text] of hostile.entries()) {
    const task = await bob.task(lane, text, { actor_label: short[at] });
    await bob.claim(lane, short[at]);
    await bob.note(task, short[at], { kind: at % 2 ? "progress" : "question", text: text.slice(0, 3_000) });
    await (await Caller.mint(bus.address, `asks ${at}`)).post(`/v1/channels/${lane}/access-requests`, { reason: text.slice(0, 1_000) });
  }

  // Others wait for tasks, on a lane that has none.
  const idle = await bob.channel("idle");
  for (const [at, actor] of short.entries()) {
    bob.post("/v1/tasks/claim-next", { channels: [idle], session: `the secret of one who waits, ${at}`, actor, lease_seconds: 60, wait: 25 }).catch(() => {});
  }

  await visit("/", "Needs attention");
  await visit(`/#/lane/${lane}`, "Asks to come in");
  await page.getByRole("button", { name: "Let in…" }).nth(7).click();
  await opened(page);
  await harmless("a dialog");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Invite…" }).click();
  await opened(page);
  await harmless("the dialog with the name of the lane");
  await page.keyboard.press("Escape");
  await visit("/#/workers", "Ended lately");
  await page.getByRole("region", { name: /^Free/ }).getByRole("listitem").nth(hostile.length - 1).waitFor();
  await harmless("all who wait");
  for (const words of ["window", "gnp", "w".repeat(200), short[0], short[5]]) {
    await visit(`/#/search?${new URLSearchParams({ q: words })}`, "Found for");
    await page.locator("main .rows li, main .note").first().waitFor();
    await harmless(`a search for ${words}`);
  }

  // A file keeps to its own name on the disk, and is never shown.
  const withFile = await bob.task(lane, "A file.", { files: [{ name: "../../<b>x</b>.html", media_type: "text/html", bytes: 1, sha256 }] });
  await visit(`/#/task/${withFile}`, "A file.");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".files button").click()]);
  check(!/[/\\<>]|^\./.test(download.suggestedFilename()), `the name of a saved file: ${download.suggestedFilename()}`);
  equal(foreign, [], "requests to others");

  // The page's last defence works: what got in all the same would not run.
  const told = [];
  const breached = await open(bob.key, { into: told });
  await breached.goto(bus.address);
  await breached.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.hit = 10";
    const image = document.createElement("img");
    image.setAttribute("onerror", "window.hit = 11");
    image.src = "x:";
    document.body.append(script, image);
  });
  while (!told.some(word => word.includes("script-src-elem")) || !told.some(word => word.includes("script-src-attr"))) {
    await breached.evaluate(() => new Promise(requestAnimationFrame));
  }

  equal(await breached.evaluate(() => window.hit ?? null), null, "what a script in the page did");

  async function visit(address, ...texts) {
    await page.goto(bus.address + address);
    for (const text of texts) {
      await see(page, text);
    }

    await harmless(address);
  }

  async function harmless(where) {
    const found = await page.evaluate(() => {
      const all = [...document.querySelectorAll("main *, dialog *, header *")];
      const elements = all.filter(one => one.matches("script, img, style, iframe, object, a[href^=javascript i], svg:not(.shape, .plot, .brand > svg)")
        || [...one.attributes].some(({ name }) => name.startsWith("on") || name === "autofocus"));

      // What turns the direction of letters is replaced, in texts and in attributes.
      const turns = document.documentElement.outerHTML.includes("\u202E");
      return { ran: window.hit ?? null, elements: elements.map(one => one.outerHTML.slice(0, 200)), turns };
    });
    equal(found, { ran: null, elements: [], turns: false }, where);
    await fits(page, where);
    quiet(where);
  }
});
