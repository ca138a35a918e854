// Every act, seen on the bus afterwards. What cannot be undone asks first.
import { Caller, serve } from "./bus.mjs";
import { check, equal, open, run, see, staysIn } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  const bus = await serve();
  const it = await prepare(bus);
  const page = await open(it.person.key);
  const state = async task => (await it.person.get(`/v1/messages/${task}`)).task;

  await page.goto(bus.address);
  const answer = page.getByRole("button", { name: /^Answer/ });
  await answer.click();
  await page.getByLabel("Your answer").fill("Skip them.");
  await page.getByRole("button", { name: "Send the answer" }).click();
  await see(page, "The answer was sent.");
  await staysIn(page, answer);
  const notes = (await state(it.asking)).notes;
  equal([notes[0].closed, notes[1].kind, notes[1].text], ["answered", "answer", "Skip them."], "the notes");

  await page.goto(`${bus.address}/#/task/${it.failed}`);
  const reopen = page.getByRole("button", { name: "Reopen…" });
  await reopen.waitFor();
  equal(await page.getByRole("button", { name: "Cancel…" }).count(), 0, "ways to cancel what has failed");
  await reopen.click();
  await page.getByRole("button", { name: "Reopen the task" }).click();
  await see(page, "The task is reopened.");
  await staysIn(page, reopen);
  equal((await state(it.failed)).state, "open", "after reopening");

  const cancel = page.getByRole("button", { name: "Cancel…" });
  await cancel.click();
  await page.getByLabel("Reason").fill("The password first.");
  await page.getByRole("button", { name: "Cancel the task" }).click();
  await see(page, "The task was cancelled.");
  await staysIn(page, cancel);
  equal((({ state, reason }) => [state, reason])(await state(it.failed)), ["cancelled", "The password first."], "after cancelling");

  await it.person.task(it.builds, "Build it again.");
  const again = await it.worker.claim(it.builds, "builder-1");
  await page.goto(`${bus.address}/#/task/${again}`);
  await page.getByRole("button", { name: "Comment…" }).click();
  await page.getByLabel("Your comment").fill("Mind the cache.");
  await page.getByRole("button", { name: "Send the comment" }).click();
  await see(page, "The comment was sent.");
  equal((({ kind, text }) => [kind, text])((await state(again)).notes[0]), ["comment", "Mind the cache."], "the comment");

  await page.goto(`${bus.address}/#/lane/${it.docs}`);
  await page.getByRole("button", { name: "Post a task…" }).click();
  await page.getByLabel("The task").fill("Write the index.");
  await page.getByLabel("Priority").selectOption("7");
  await page.getByRole("button", { name: "Post the task" }).click();
  await see(page, "It is posted.");
  await page.waitForFunction(() => document.activeElement.matches("h1"));
  const posted = (await it.person.get(`/v1/channels/${it.docs}/tasks`)).data[0];
  equal([posted.content, posted.priority], ["Write the index.", 7], "what was posted");

  await page.goto(`${bus.address}/#/lane/${it.secrets}`);
  const letIn = page.getByRole("button", { name: "Let in…" });
  await letIn.click();
  await page.getByRole("button", { name: "Let it in" }).click();
  await see(page, "The key is a member now.");
  await staysIn(page, letIn);
  equal((await it.stranger.get(`/v1/channels/${it.secrets}`)).status, 200, "what a member may read");
  const other = await Caller.mint(bus.address, "another");
  await other.post(`/v1/channels/${it.secrets}/access-requests`, { reason: "me too" });
  await page.reload();
  const refuse = page.getByRole("button", { name: "Refuse…" });
  await refuse.click();
  await page.getByRole("button", { name: "Refuse it" }).click();
  await see(page, "The request is refused.");
  await staysIn(page, refuse);
  equal((await other.get(`/v1/channels/${it.secrets}`)).status, 403, "what a refused key may read");

  await page.getByRole("button", { name: "Invite…" }).click();
  await page.getByRole("button", { name: "Make an invitation" }).click();
  await see(page, "Send this line");
  const invitation = (await page.locator("dialog pre").innerText()).match(/invitations\/(\S+)/)[1];
  equal((await other.get(`/v1/channel-invitations/${invitation}`)).channel?.id, it.secrets, "the invitation");
  await page.keyboard.press("Escape");

  await page.goto(`${bus.address}/#/task/${it.withFile}`);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "main.c" }).click()]);
  equal(download.suggestedFilename(), "main.c", "the name of a saved file");

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForFunction(() => document.activeElement.matches("h1"));
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  check(!(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).includes(it.person.key), "the key is gone after signing out");
  check(!page.url().includes(it.person.key), "the key is in no address");
});
