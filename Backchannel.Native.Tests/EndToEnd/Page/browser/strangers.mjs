// Two keys on one bus: neither is shown anything of the other's, on no view, by no address, and in no answer of the bus.
import { Caller, serve } from "./bus.mjs";
import { check, equal, open, quiet, run, see } from "./drive.mjs";

await run(async () => {
  const bus = await serve();
  const [alice, bob] = [await owner("alice"), await owner("bob")];

  for (const [mine, others] of [[alice, bob], [bob, alice]]) {
    const page = await open(mine.caller.key);
    const answers = [];
    page.on("response", response => answers.push(response.text().catch(() => "")));

    // On each view stands what is one's own, and nothing else.
    const views = {
      "/": [`${mine.mark} lane`, `${mine.mark} question`, `${mine.mark} reason`],
      "/#/workers": [`${mine.mark} worker`, `${mine.mark} asks`, `${mine.mark} is done`],
      "/#/search?q=secret": [`${mine.mark} is done`, `${mine.mark} has failed`, `${mine.mark} secret result`],
      [`/#/lane/${mine.lane}`]: [`${mine.mark} asks`, `${mine.mark} has failed`, `${mine.mark} is open`],
      [`/#/task/${mine.done}`]: [`${mine.mark} secret result`],
    };
    for (const [address, texts] of Object.entries(views)) {
      await visit(address, ...texts);
    }

    // The other's address is refused as it is: without a word of what is there.
    await visit(`/#/lane/${others.lane}`, "This lane is not among yours");
    await visit(`/#/lane/${others.lane}?q=secret`, "This lane is not among yours");
    await visit(`/#/lane/${others.hidden}`, "This lane is not among yours");
    for (const task of [others.done, others.failed, others.asking, others.open]) {
      await visit(`/#/task/${task}`, "This task cannot be shown", "is restricted and this key is not a member");
    }

    // A search leads to the history by the lane and the time.
    const at = new URLSearchParams({ channel: others.lane, at: new Date().toISOString() });
    await visit(`/#/task/${others.done}?${at}`, "is restricted and this key is not a member");
    await visit(`/#/search?q=secret&channel=${others.lane}`, /is restricted|Nothing has all these words/);

    // What the other does while somebody looks on is not told either.
    await visit("/", `${mine.mark} lane`);
    await others.caller.task(others.lane, `${others.mark} posts meanwhile`);
    await others.caller.task(others.hidden, `${others.mark} hides meanwhile`);
    await mine.caller.task(mine.lane, `${mine.mark} posts too`);
    await page.getByRole("link", { name: "2 open", exact: true }).first().waitFor();
    await nothingOf("/ while the other posts");
    equal((await Promise.all(answers)).filter(text => text.includes(others.mark)), [], "answers of the bus with something of the other key");

    async function visit(address, ...texts) {
      await page.goto(bus.address + address);
      for (const text of texts) {
        await see(page, text);
      }

      await nothingOf(address);
    }

    async function nothingOf(address) {
      const shown = await page.evaluate(() => `${document.title} ${document.documentElement.outerHTML}`);
      check(!shown.includes(others.mark), `${address} shows nothing of another key: ${shown}`);
      quiet(address);
    }
  }

  /** A key with a lane of its own, in which each text bears its mark. */
  async function owner(name) {
    const caller = await Caller.mint(bus.address, name);
    caller.stay();
    const mark = `of-${name}`;
    const lane = await caller.channel(`${mark} lane`, { access: "restricted", description: `${mark} description` });
    const hidden = await caller.channel(`${mark} hidden lane`, { discoverable: false });
    const work = async (content, end) => {
      const task = await caller.task(lane, `${mark} ${content}`, { actor_label: `${mark} poster` });
      await caller.claim(lane, `${mark} worker`);
      await end?.(task);
      return task;
    };
    const done = await work("is done: a secret", task => caller.finish(task, "acknowledged", `${mark} worker`, { result: `${mark} secret result` }));
    const failed = await work("has failed: a secret", task => caller.finish(task, "failed", `${mark} worker`, { reason: `${mark} reason`, retry: false }));
    const asking = await work("asks", task => caller.note(task, `${mark} worker`, { kind: "question", text: `${mark} question` }));
    const open = await caller.task(lane, `${mark} is open`);
    await caller.task(hidden, `${mark} is hidden, a secret`);
    // The words of a result are entered a little later than it comes.
    while (!(await caller.get("/v1/search?q=secret")).data.some(hit => hit.found_in === "result")) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }

    return { caller, mark, lane, hidden, done, failed, asking, open };
  }
});
