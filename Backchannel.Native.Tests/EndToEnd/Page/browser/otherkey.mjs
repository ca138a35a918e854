// One key after another in one tab: nothing that was said, asked, typed or on its way for the first is shown to the next.
import { Caller, serve } from "./bus.mjs";
import { closed, equal, open, opened, run, see, sound } from "./drive.mjs";

await run(async () => {
  const bus = await serve();
  const [anna, bob] = [await Caller.mint(bus.address, "anna"), await Caller.mint(bus.address, "bob")];
  anna.stay();
  bob.stay();
  const secret = await anna.channel("annas lane", { access: "restricted" });
  const page = await open(anna.key);
  await page.goto(bus.address);
  await see(page, "annas lane");

  // An answer for the first key is on its way when she signs out, and a word of hers stands there.
  const [asked, held] = [later(), later()];
  await page.route("**/v1/lanes?*", async route => {
    asked.resolve();
    const answer = await route.fetch();
    await held.promise;
    await route.fulfill({ response: answer }).catch(() => {});
  }, { times: 1 });
  await ask(anna, secret, "Which of annas keys?");
  await page.locator(".word").getByText("Which of annas keys?").waitFor();
  await asked.promise;
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  equal(await page.getByText(/annas/).count(), 0, "words of the key before, signed out");
  await page.getByLabel("Your key").fill(bob.key);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.locator(".who").getByText("bob").waitFor();

  // The next one's counts move although that answer has not come, and when it comes it counts for nothing.
  const lane = await bob.channel("bobs lane");
  await page.getByRole("link", { name: "bobs lane" }).first().waitFor();
  held.resolve();
  const question = await ask(bob, lane, "Which one?");
  const answer = page.getByRole("button", { name: /^Answer/ });
  await answer.waitFor();
  equal(await page.getByText(/annas/).count(), 0, "what the key before was told");
  await sound(page, "signed in as somebody else");

  // A question that is open when the key is taken away goes with it, and what was typed.
  await answer.click();
  await opened(page);
  await page.getByLabel("Your answer").fill("bobs words");
  equal((await bob.remove("/v1/keys/me")).revoked, true, "the key is revoked");
  await page.getByRole("alert").getByText("The bus does not take this key any more.").waitFor();
  await closed(page);
  await sound(page, "after the key was taken away");
  equal(await page.getByText("Which one?").count(), 0, `what was asked about ${question}`);

  function later() {
    const it = {};
    it.promise = new Promise(resolve => { it.resolve = resolve; });
    return it;
  }

  async function ask(caller, channel, text) {
    const task = await caller.task(channel, `about ${text}`);
    await caller.claim(channel, "w");
    await caller.note(task, "w", { kind: "question", text });
    return task;
  }
});
