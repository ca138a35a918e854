// Every view shows what it should, is accessible in both themes and on a narrow screen.
import { serve } from "./bus.mjs";
import { check, open, run, see, sound } from "./drive.mjs";
import { prepare } from "./prepare.mjs";

await run(async () => {
  const bus = await serve();
  const it = await prepare(bus);
  const views = {
    lanes: ["/", "Three tests need the network. Shall I skip them?"],
    lane: [`/#/lane/${it.builds}`, "Build branch feature/parser"],
    failed: [`/#/task/${it.failed}`, "The staging database refused the password of ci."],
    question: [`/#/task/${it.asking}`, "Compiled; tests run."],
    waiting: [`/#/task/${it.waiting}`, "Publish the nightly build."],
    done: [`/#/task/${it.done}`, "Line 40: a length from the file is used without a check."],
    file: [`/#/task/${it.withFile}`, "main.c"],
    workers: ["/#/workers", "builder-1"],
    search: ["/#/search?q=network", "Three tests need the network."],
  };
  const page = await open(it.person.key);
  for (const [name, [address, text]] of Object.entries(views)) {
    await page.goto(bus.address + address);
    await see(page, text);
    for (const [dark, width] of [[false, 1280], [true, 1280], [true, 360], [false, 360]]) {
      await page.emulateMedia({ colorScheme: dark ? "dark" : "light" });
      await page.setViewportSize({ width, height: 800 });
      await sound(page, `${name}, ${dark ? "dark" : "light"}, ${width} px`);
    }
  }

  await page.goto(bus.address);
  await see(page, "Somebody has to renew the password.");
  const attention = await page.getByRole("main").innerText();
  check(attention.indexOf("Three tests") < attention.indexOf("All lanes"), "what is stuck stands before all lanes");
  check(/no worker is there/.test(attention), "a lane with open tasks and without a worker is named");
  await page.goto(`${bus.address}/#/search?q=length`);
  await see(page, "Review src/parser.c");
  await see(page, "in the result");

  const newcomer = await open(null);
  await newcomer.goto(bus.address);
  await newcomer.getByRole("heading", { name: "Sign in" }).waitFor();
  await sound(newcomer, "the page of a newcomer");

  // For the README: build.sh screenshots.
  const folder = process.env.BACKCHANNEL_TEST_SCREENSHOTS;
  for (const dark of folder ? [false, true] : []) {
    const shown = await open(it.person.key, { dark });
    await shown.goto(bus.address);
    await see(shown, "Somebody has to renew the password.");
    await shown.screenshot({ path: `${folder}/page-${dark ? "dark" : "light"}.png` });
  }
});
