// Where there is nothing, the page says what to do; what then comes is seen at once.
import { Caller, serve } from "./bus.mjs";
import { equal, open, run, see, sound } from "./drive.mjs";

await run(async () => {
  const bus = await serve();
  const person = await Caller.mint(bus.address, "olga");
  const page = await open(person.key);

  await show("/#/workers", "Nobody holds a task.");
  await says("Nobody waits.", "starts a worker", "No task has ended");
  await show("/", "This key has no lanes yet.");
  await says("backchannel-mcp call post_task --channel", "the first steps");
  const lane = await person.channel("first");
  const task = await person.task(lane, "A short life.");
  await page.getByRole("row", { name: /first/ }).waitFor();
  await person.post(`/v1/messages/${task}/cancel`);
  await see(page, "Nothing is stuck.");

  await show("/#/search", "All words have to occur");
  await show("/#/search?q=absent", "Nothing has all these words.");
  await says("Try fewer words");
  await show(`/#/lane/${lane}`, "No task is open.");
  await says("Post a task…");
  await show(`/#/lane/${lane}?state=failed`, "No task is failed.");
  const news = await person.channel("news", { mode: "broadcast" });
  await show(`/#/lane/${news}`, "No messages are kept here now.");
  await says("Post a message…");

  // An address of nothing is told, with a way on; a mistyped one too.
  const nobody = "00000000-0000-4000-8000-000000000000";
  const ways = { [`lane/${nobody}`]: "not among yours", "lane/": "names no view", "task/": "names no view", [`task/${nobody}`]: "No message has this id", "task/nonsense": "No message has this id", "nowhere/x": "names no view" };
  for (const [address, text] of Object.entries({ ...ways, "lane/%": "not among yours", "task/%E0%A4%A": "No message has this id" })) {
    await show(`/#/${address}`, text);
    await page.getByRole("main").getByRole("link", { name: /lanes/ }).first().click();
    await page.getByRole("heading", { level: 1, name: "Lanes" }).waitFor();
  }

  // A state is chosen in a lane that is not there.
  await show(`/#/lane/${nobody}`, "not among yours");
  await show(`/#/lane/${nobody}?state=failed`, "not among yours");

  // A task that is taken back while somebody looks at it is told.
  const mistake = await person.task(lane, "A mistake.");
  await show(`/#/task/${mistake}`, "A mistake.");
  equal((await person.remove(`/v1/messages/${mistake}`)).status, "retracted", "what became of the mistake");
  await see(page, "This task cannot be shown");
  await says("No message has this id");
  const other = await person.task(lane, "Another mistake.");
  await show(`/#/lane/${lane}`, "Another mistake.");
  await person.remove(`/v1/messages/${other}`);
  await see(page, "No task is open.");

  async function show(address, text) {
    await page.goto(bus.address + address);
    await see(page, text);
    await sound(page, address);
  }

  async function says(...texts) {
    for (const text of texts) {
      await page.getByRole("main").getByText(text).first().waitFor();
    }
  }
});
