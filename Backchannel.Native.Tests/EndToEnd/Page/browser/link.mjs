// A link of `open` that somebody else was quicker with: the user's browser is told what to do, and the next link lets it in.
import fs from "node:fs";
import { spawnSync } from "node:child_process";
import { atEnd, executable, folder, start } from "./bus.mjs";
import { check, equal, open, run, see } from "./drive.mjs";

await run(async () => {
  const env = { HOME: folder, BACKCHANNEL_BASE_URL: "local" };
  const call = (...args) => spawnSync(executable, args, { env: { PATH: process.env.PATH, ...env }, encoding: "utf8" });
  atEnd(() => call("stop"));
  call("call", "post_task", "--channel", "work", "--content", "A task of mine.");
  const first = await begin();

  // A wrong token uses nothing up.
  equal((await fetch(first.link.replace(/token=./, "token=x"), { redirect: "manual" })).status, 403, "a wrong token");
  const thief = await open(null);
  await thief.goto(first.link);
  await see(thief, "work");

  // The user's own browser comes second.
  const page = await open(null);
  await page.goto(`file://${first.file}`);
  await see(page, "This link lets one browser in, once, within 60 seconds. Run 'backchannel-mcp open' again.");
  equal(await page.context().cookies(first.address), [], "cookies of a browser that was not let in");
  await page.goto(first.address);
  await page.getByText("Run 'backchannel-mcp open' again, and use the page that it opens.").waitFor();
  equal(await page.getByRole("link", { name: "work", exact: true }).count(), 0, "lanes that a browser sees that was not let in");

  // Run again, as it was told: another port, another token.
  const second = await begin();
  check(second.address !== first.address && second.file !== first.file, "another page and another file");
  await page.goto(`file://${second.file}`);
  await page.waitForURL(`${second.address}/**`);
  await page.getByRole("link", { name: "work", exact: true }).first().click();
  await see(page, "A task of mine.");

  // What let the quicker one in is of no use at the second page.
  const [cookie] = await thief.context().cookies(first.address);
  const secret = await thief.evaluate(() => localStorage.getItem("backchannel-page"));
  const name = cookie.name.replace(new URL(first.address).port, new URL(second.address).port);
  const headers = { Cookie: `${name}=${cookie.value}`, "X-Backchannel-Page": secret };
  equal((await fetch(`${second.address}/v1/lanes`, { headers })).status, 401, "the cookie of the first page at the second");

  async function begin() {
    const { text } = await start(["open", "--no-browser"], env, /until this command ends/);
    const file = text.match(/Open (\S+\.html)/)[1];
    return { file, address: text.match(/at (http:\S+)/)[1], link: fs.readFileSync(file, "utf8").match(/href="([^"]+)"/)[1] };
  }
});
