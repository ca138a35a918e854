// What happened to a task is told whole and in order, on its view and as a text to copy.
import { serve } from "./bus.mjs";
import { check, equal, open, run, see } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  const bus = await serve();
  const it = await prepare(bus);
  const page = await open(it.person.key);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);

  await show(it.failed, "Attempt 2 of builder-3");
  equal(await timeline(), [
    "Posted by planner",
    "Attempt 1: claimed by builder-2", "Attempt 1 of builder-2 ended …: failed", "The staging database refused the password of ci.",
    "Attempt 2: claimed by builder-3", "Attempt 2 of builder-3 ended …: failed", "Same as before. Somebody has to renew the password.",
    "No attempt was left: the task failed",
  ], "the timeline of a failed task");

  // A question, its answer and a comment stand between the claim and what comes later.
  await it.person.post(`/v1/messages/${it.asking}/notes`, { kind: "answer", text: "Skip them." });
  await it.person.post(`/v1/messages/${it.asking}/notes`, { kind: "comment", text: "They are slow as well." });
  await show(it.asking, "They are slow as well.");
  const asked = [
    "Posted by planner", "Claimed by builder-1, who holds it now", "Question from builder-1", "Three tests need the network. Shall I skip them?",
    "Answer from olga@workbench", "Skip them.", "Comment from olga@workbench", "They are slow as well.",
  ];
  equal(await timeline(), asked, "the timeline of a task that is held");
  const text = await copied();
  inOrder(text, [
    `Task ${it.asking}`, "Lane: builds", "State: claimed", "Priority: 5", "40 %", "Compiled; tests run.", "Build main.", "What happened:", ...asked,
  ]);
  const times = text.match(/^\d{4}-\S+/gm).map(time => Date.parse(time));
  equal(times, times.toSorted((a, b) => a - b), "the times of the text");
  equal(times.length, 5, "the events of the text");

  await show(it.done, "Line 40");
  inOrder(await copied(), [`Task ${it.done}`, "State: done", "Attempt 1: claimed by reviewer-1", ": done", "Result:", "Line 40: a length from the file is used without a check."]);
  await show(it.withFile, "main.c");
  inOrder(await copied(), ["State: open", "File: main.c (29 bytes, sha256 ", "Review the attached file."]);

  // A waiting task shows what it waits for, and leads there.
  const both = await it.person.task(it.builds, "Announce it.", { depends_on: [it.asking, it.waiting] });
  await show(both, "for 2 other tasks:");
  const before = page.locator(".standing a");
  equal(await before.evaluateAll(links => links.map(link => link.hash)), [`#/task/${it.asking}`, `#/task/${it.waiting}`], "what it waits for");
  const words = (await before.allInnerTexts()).map(word => word.trim().split(/\s+/));
  equal(words.map(word => word[0]), ["claimed", "waiting"], "the states of what it waits for");
  check(words[0][1] !== words[1][1], `tasks of one minute are told apart: ${words}`);
  inOrder(await copied(), ["State: waiting", `Comes after: ${it.asking} (claimed)`, `Comes after: ${it.waiting} (waiting)`]);
  await before.first().click();
  await page.getByRole("heading", { level: 1, name: "Build main." }).waitFor();

  // A time is told from now, exactly on hovering, and for programs.
  const { message } = await it.person.get(`/v1/messages/${it.asking}`);
  const posted = page.locator(".timeline time").first();
  check(/^(just now|\d+ s ago)$/.test(await posted.innerText()), `how long ago: ${await posted.innerText()}`);
  equal(await posted.getAttribute("datetime"), message.created_at, "the time for programs");
  await posted.hover();
  const exact = Date.parse((await posted.getAttribute("title")).replace("\u202F", " "));
  equal(exact, Math.floor(Date.parse(message.created_at) / 1000) * 1000, "the exact time");
  equal(await page.locator("dt:text-is('Expires') + dd").innerText(), "in 23 h", "a time to come");

  async function show(task, text) {
    await page.goto(`${bus.address}/#/task/${task}`);
    await see(page, text);
  }

  /** The events and what was said with them. How long an attempt took is another matter. */
  async function timeline() {
    const lines = await page.locator(".timeline li").evaluateAll(events => events.flatMap(event => {
      const [head, said] = [event.querySelector("p").cloneNode(true), event.querySelector("pre")];
      head.querySelector("time").remove();
      return said ? [head.textContent, said.textContent] : [head.textContent];
    }));
    return lines.map(line => line.trim().replace(/ended after [^:]*/, "ended …"));
  }

  async function copied() {
    await page.evaluate(() => navigator.clipboard.writeText(""));
    await page.getByRole("button", { name: "Copy as text" }).click();
    await page.waitForFunction(async () => await navigator.clipboard.readText() !== "");
    return page.evaluate(() => navigator.clipboard.readText());
  }

  function inOrder(text, parts) {
    let from = 0;
    for (const part of parts) {
      const at = text.indexOf(part, from);
      check(at >= 0, `“${part}” in its place in: ${text}`);
      from = at + part.length;
    }
  }
});
