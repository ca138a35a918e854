// Every act, seen on the bus afterwards. What cannot be undone asks first.
import { Caller, prepare, serve } from "./bus.mjs";
import { check, equal, open, run, see, sound } from "./drive.mjs";

await run(async () => {
  const bus = await serve();
  const it = await prepare(bus);
  const page = await open(it.person.key);
  const state = async task => (await it.person.get(`/v1/messages/${task}`)).task;

  await page.goto(bus.address);
  await page.getByRole("button", { name: /^Answer/ }).click();
  await sound(page, "the dialog of an answer");
  await page.getByLabel("Your answer").fill("Skip them.");
  await page.getByRole("button", { name: "Send the answer" }).click();
  await see(page, "The answer was sent.");
  const notes = (await state(it.asking)).notes;
  equal([notes[0].closed, notes[1].kind, notes[1].text], ["answered", "answer", "Skip them."], "the notes");

  await page.goto(`${bus.address}/#/task/${it.failed}`);
  await page.getByRole("button", { name: "Reopen…" }).click();
  await page.getByRole("button", { name: "Reopen the task" }).click();
  await see(page, "The task is reopened.");
  equal((await state(it.failed)).state, "open", "after reopening");

  await page.getByRole("button", { name: "Cancel…" }).click();
  await page.keyboard.press("Escape");
  equal((await state(it.failed)).state, "open", "after a cancellation that was not confirmed");
  await page.getByRole("button", { name: "Cancel…" }).click();
  await page.getByLabel("Reason").fill("The password first.");
  await page.getByRole("button", { name: "Cancel the task" }).click();
  await see(page, "The task was cancelled.");
  equal((({ state, reason }) => [state, reason])(await state(it.failed)), ["cancelled", "The password first."], "after cancelling");

  await page.goto(`${bus.address}/#/lane/${it.docs}`);
  await page.getByRole("button", { name: "Post a task…" }).click();
  await page.getByLabel("The task").fill("Write the index.");
  await page.getByLabel("Priority").selectOption("7");
  await page.getByRole("button", { name: "Post the task" }).click();
  await see(page, "It is posted.");
  const posted = (await it.person.get(`/v1/channels/${it.docs}/tasks`)).data[0];
  equal([posted.content, posted.priority], ["Write the index.", 7], "what was posted");

  await page.goto(`${bus.address}/#/lane/${it.secrets}`);
  await page.getByRole("button", { name: "Let in…" }).click();
  await page.getByRole("button", { name: "Let it in" }).click();
  await see(page, "The key is a member now.");
  equal((await it.stranger.get(`/v1/channels/${it.secrets}`)).status, 200, "what a member may read");
  const other = await Caller.mint(bus.address, "another");
  await other.post(`/v1/channels/${it.secrets}/access-requests`, { reason: "me too" });
  await page.reload();
  await page.getByRole("button", { name: "Refuse…" }).click();
  await page.getByRole("button", { name: "Refuse it" }).click();
  await see(page, "The request is refused.");
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
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  check(!(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).includes(it.person.key), "the key is gone after signing out");
  check(!page.url().includes(it.person.key), "the key is in no address");
});
