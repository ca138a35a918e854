// Each dialog: accessible in both themes and on a narrow screen, held by the keyboard, left without doing anything.
import { serve } from "./bus.mjs";
import { check, closed, equal, open, opened, run, see, sound } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  const bus = await serve();
  const it = await prepare(bus);
  const [failed, asking, docs, secrets] = [`task/${it.failed}`, `task/${it.asking}`, `lane/${it.docs}`, `lane/${it.secrets}`];
  const dialogs = [
    [asking, "Answer…", "Not now"], [asking, "Comment…", "Not now"], [asking, "Cancel…", "Keep the task"],
    [failed, "Reopen…", "Leave it failed"], [docs, "Post a task…", "Not now"], [secrets, "Invite…", "Not now"],
    [secrets, "Let in…", "Decide later"], [secrets, "Refuse…", "Decide later"],
  ];
  const before = await stands();

  for (const [dark, width] of [[false, 1280], [true, 360]]) {
    const page = await open(it.person.key, { dark, width, height: 640 });
    const sent = [];
    page.on("request", request => request.method() !== "GET" && !request.url().endsWith("/v1/tasks/wait") && sent.push(request.url()));
    for (const [address, name, no] of dialogs) {
      const what = `${name} of ${address}, ${dark ? "dark" : "light"}, ${width} px`;
      await page.goto(`${bus.address}/#/${address}`);
      const opener = page.getByRole("main").getByRole("button", { name });
      await opener.click();
      await opened(page);
      await sound(page, what);
      if (width === 360) {
        await held(page, what);
      }

      await page.keyboard.press("Escape");
      await closed(page);
      check(await opener.evaluate(button => button === document.activeElement), `the focus is back: ${what}`);
      await opener.press("Enter");
      await opened(page);
      // Closed and opened in one moment: the end of the first is told when the second stands there.
      await opener.evaluate(button => { document.querySelector("dialog").close(); button.click(); });
      await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(done))));
      await page.getByRole("button", { name: no }).click();
      await closed(page);
      check(await opener.evaluate(button => button === document.activeElement), `the focus is back: ${what}`);
    }

    equal(sent, [], "what was sent while all was declined");
    equal(await stands(), before, "what stands after all was declined");

    // What follows an act, and what stands in for a clipboard, are dialogs too.
    await page.goto(`${bus.address}/#/${secrets}`);
    await page.getByRole("button", { name: "Invite…" }).click();
    await page.getByRole("button", { name: "Make an invitation" }).click();
    await see(page, "Send this line");
    check(await page.evaluate(() => document.activeElement.closest("dialog")), "the focus is in the dialog that follows");
    await sound(page, `an invitation, ${width} px`);
    await held(page, "an invitation");
    await page.getByRole("button", { name: "End the invitation" }).click();
    await see(page, "The invitation is ended.");
    await page.context().grantPermissions([]);
    await page.goto(`${bus.address}/#/${failed}`);
    await page.getByRole("button", { name: "Copy as text" }).click();
    await see(page, "The browser lets this page copy nothing.");
    await sound(page, `a text to copy, ${width} px`);
    await held(page, "a text to copy");
    check((await page.getByRole("textbox", { name: "The task" }).inputValue()).includes("Same as before."), "the text to copy");
    await page.getByRole("button", { name: "Close" }).click();
    await closed(page);
  }

  // What was typed outlives its dialog; a failure has the focus on the button that tries again; another view takes the dialog with it.
  const typing = await open(it.person.key);
  const draft = await it.person.task(it.docs, "Cancelled after a second thought.");
  await typing.goto(`${bus.address}/#/lane/${it.docs}`);
  await typing.goto(`${bus.address}/#/task/${draft}`);
  const reason = typing.getByLabel("Reason");
  await typing.getByRole("button", { name: "Cancel…" }).click();
  await reason.fill("No longer wanted.");
  await typing.keyboard.press("Escape");
  await closed(typing);
  await typing.getByRole("button", { name: "Cancel…" }).click();
  equal(await reason.inputValue(), "No longer wanted.", "what was typed");
  await typing.route("**/cancel", route => route.abort());
  await typing.getByRole("button", { name: "Cancel the task" }).click();
  await see(typing, "The bus does not answer.");
  await typing.waitForFunction(() => document.activeElement.textContent === "Cancel the task");
  await typing.goBack();
  await closed(typing);
  await typing.close();

  // The question of a task is read before it is answered: a slow bus is told, and asked once.
  const slowly = await open(it.person.key);
  await slowly.goto(`${bus.address}/#/task/${it.asking}`);
  const answering = slowly.getByRole("main").getByRole("button", { name: "Answer…" });
  await answering.waitFor();
  let asked = 0;
  let tell;
  const told = new Promise(done => { tell = done; });
  await slowly.route("**/v1/tasks/wait", async route => {
    // Without a version: not the view, which waits for the next one.
    if (route.request().postDataJSON().tasks[0].version === undefined) {
      asked++;
      await told;
    }

    await route.continue();
  });
  await answering.press("Enter");
  await see(slowly, "The question is being read…");
  await answering.press("Enter");
  tell();
  await opened(slowly);
  equal(asked, 1, "requests for a question");
  await slowly.close();

  // While an act is on its way, nothing looks as if it could be called back.
  const slow = await open(it.person.key);
  const task = await it.person.task(it.docs, "Cancelled by a slow bus.");
  let letGo;
  await slow.route("**/cancel", route => { letGo = () => route.continue(); });
  await slow.goto(`${bus.address}/#/task/${task}`);
  await slow.getByRole("button", { name: "Cancel…" }).click();
  await slow.getByRole("button", { name: "Cancel the task" }).click();
  await see(slow, "Sending…");
  await slow.keyboard.press("Escape");
  await slow.keyboard.press("Escape");
  check(await slow.evaluate(() => document.querySelector("dialog").open), "the dialog stays while an act is on its way");
  check(await slow.getByRole("button", { name: "Keep the task" }).isDisabled(), "what would keep the task is switched off meanwhile");
  await letGo();
  await see(slow, "The task was cancelled.");
  await closed(slow);

  /** Tab goes round in the dialog, both ways, past the browser's own controls at most, and each stop is to be seen. */
  async function held(page, what) {
    const all = await page.locator("dialog").locator("button:enabled, input, textarea, select, [tabindex='0']").count();
    for (const key of ["Tab", "Shift+Tab"]) {
      const stops = new Set();
      let own = 0;
      // The browser's own controls take as many stops on the way round as they like.
      for (let press = 0; own < all + 2 && press < 4 * all; press++) {
        await page.keyboard.press(key);
        const stop = await page.evaluate(() => {
          const at = document.activeElement;
          const isSeen = getComputedStyle(at).outlineStyle !== "none";
          return at === document.body ? "browser" : !at.closest("dialog") ? "outside" : isSeen ? at.outerHTML : `not to be seen: ${at.outerHTML}`;
        });
        if (stop !== "browser") {
          own++;
          stops.add(stop);
        }
      }

      check(stops.size === all && ![...stops].some(stop => /^(outside|not)/.test(stop)), `${key} goes round in ${what}: ${[...stops].join("\n")}`);
    }
  }

  /** What an act could have changed. */
  async function stands() {
    const tasks = await Promise.all([it.asking, it.failed].map(task => it.person.get(`/v1/messages/${task}`)));
    const [posted, requests, events] = await Promise.all(
      [`${it.docs}/tasks`, `${it.secrets}/access-requests`, `${it.secrets}/members`].map(target => it.person.get(`/v1/channels/${target}`)));
    return [tasks.map(({ task, version }) => [task.state, task.notes, version]), posted.data.length, requests.data, events.data];
  }
});
