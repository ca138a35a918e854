// `open`: the user's browser gets in, once; nobody else does.
import http from "node:http";
import fs from "node:fs";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { atEnd, executable, folder, start, stop } from "./bus.mjs";
import { check, equal, open, run, see, sound } from "./drive.mjs";

await run(async () => {
  const env = { HOME: folder, BACKCHANNEL_BASE_URL: "local" };
  const call = (...args) => spawnSync(executable, args, { env: { PATH: process.env.PATH, ...env }, encoding: "utf8" });
  atEnd(() => call("stop"));
  check(call("call", "post_task", "--channel", "work", "--content", "A task of mine.").status === 0, "a task is posted");
  const { child, text } = await start(["open", "--no-browser"], env, /until this command ends/);
  const file = text.match(/Open (\S+\.html)/)[1];
  const address = text.match(/at (http:\S+)/)[1];
  equal((fs.statSync(file).mode & 0o777).toString(8), "600", "the rights of the file that leads in");
  if (process.getuid() === 0) {
    const other = spawnSync("setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", "cat", file], { encoding: "utf8" });
    check(other.status !== 0, "another user reads the file");
  }

  const link = fs.readFileSync(file, "utf8").match(/href="([^"]+)"/)[1];
  const page = await open(null);
  const asked = [];
  page.on("request", request => asked.push(request));
  await page.goto(`file://${file}`);
  await page.waitForURL(`${address}/**`);
  await see(page, "work");
  check(!/token|open=/.test(page.url()), "the token and the secret stay in no address");
  await page.getByRole("link", { name: "work", exact: true }).first().click();
  await see(page, "A task of mine.");
  await page.getByRole("button", { name: "Post a task…" }).click();
  await page.getByLabel("The task").fill("Posted on the page.");
  await page.getByRole("button", { name: "Post the task" }).click();
  await see(page, "It is posted.");
  await sound(page, "a page of open");
  await page.goBack();
  await see(page, "Posted on the page.");

  // What others are to use names the bus itself: this page's address is for this browser alone.
  const own = fs.readFileSync(path.join(folder, ".config/backchannel/keys/local"), "utf8").trim();
  const socket = text.match(/page of the local bus at (\S+) is at/)[1];
  const ofBus = (...args) => JSON.parse(spawnSync("curl", ["-s", "--unix-socket", socket, "-H", `X-API-Key: ${own}`, "-H", "Content-Type: application/json", ...args], { encoding: "utf8" }).stdout);
  const { id: secret } = ofBus("-d", JSON.stringify({ name: "secret", mode: "claimable", access: "restricted" }), "http://localhost/v1/channels");
  await page.goto(`${address}/#/lane/${secret}`);
  await page.getByRole("button", { name: "Invite…" }).click();
  await page.getByRole("button", { name: "Make an invitation" }).click();
  const line = await page.locator("dialog pre").innerText();
  const joined = spawnSync("sh", ["-c", line], { env: { PATH: process.env.PATH, KEY: own }, encoding: "utf8" });
  equal(JSON.parse(joined.stdout).channel?.id ?? joined.stdout, secret, "where the line of an invitation leads");
  await page.getByRole("button", { name: "Close" }).click();
  for (const text of ["/llms.txt", "/agent-guide", "/humans", "/docs/protocol.md", "/docs/playground"]) {
    equal((await page.request.get(`${address}${text}`)).status(), 200, text);
  }

  await page.goBack();
  await see(page, "Posted on the page.");

  // Any page can lead here with a secret of its own making. It must not cost the user's own one.
  const misled = await page.context().newPage();
  for (const made of ["of-another-page", "0".repeat(64)]) {
    await misled.goto("about:blank");
    await misled.goto(`${address}/#open=${made}`);
    await see(misled, "work");
  }

  await page.reload();
  await see(page, "Posted on the page.");

  const replayed = await open(null);
  const answer = await replayed.goto(link);
  equal(answer.status(), 403, "the link a second time");
  await replayed.goto(address);
  await replayed.getByRole("heading", { level: 1, name: "This page is closed to this browser" }).waitFor();
  check(!(await replayed.locator("body").innerText()).includes("A task of mine."), "a browser that was not let in sees nothing");

  const foreign = http.createServer((_, reply) => reply.setHeader("content-type", "text/html").end("<!doctype html><title>x</title><body>"));
  await new Promise(resolve => foreign.listen(0, "127.0.0.1", resolve));
  atEnd(() => foreign.close());
  const attack = await page.context().newPage();
  await attack.goto(`http://127.0.0.1:${foreign.address().port}/`);
  const tasks = () => page.evaluate(async () => {
    const headers = { "X-Backchannel-Page": localStorage.getItem("backchannel-page") };
    return (await (await fetch("/v1/lanes", { headers })).json()).lanes.map(lane => [lane.name, lane.open]);
  });
  const [before, lane] = [await tasks(), page.url().match(/lane\/([^?]+)/)[1]];
  const seen = await attack.evaluate(async ([target, lane]) => {
    const read = await fetch(`${target}/v1/lanes`, { credentials: "include" }).then(reply => reply.text(), error => `refused: ${error.name}`);
    const body = JSON.stringify({ content: "from another page" });
    const done = await fetch(`${target}/v1/channels/${lane}/tasks`, { method: "POST", mode: "no-cors", credentials: "include", body }).catch(error => error.name);
    const frame = document.body.appendChild(document.createElement("iframe"));
    frame.src = target;
    const form = document.body.appendChild(document.createElement("form"));
    Object.assign(form, { method: "post", enctype: "text/plain", action: `${target}/v1/channels/${lane}/tasks`, target: frame.name = "frame" });
    form.submit();
    await new Promise(resolve => { frame.onload = resolve; });
    let shown = null;
    try { shown = frame.contentDocument?.body.textContent; } catch { shown = null; }
    return { read, done: String(done), shown };
  }, [address, lane]);
  check(seen.read.startsWith("refused"), `another page reads nothing: ${seen.read}`);
  check(!seen.shown, `another page frames nothing: ${seen.shown}`);
  equal(await tasks(), before, "what another page posted by fetch and by a form");
  const cookies = await page.context().cookies(address);
  equal(cookies.map(cookie => [cookie.httpOnly, cookie.sameSite]), [[true, "Strict"]], "the cookie");
  const cookie = { Cookie: `${cookies[0].name}=${cookies[0].value}` };
  equal((await fetch(`${address}/v1/lanes`, { headers: cookie })).status, 401, "the cookie alone, as another port gets it");
  const header = { ...cookie, "X-Backchannel-Page": await page.evaluate(() => localStorage.getItem("backchannel-page")) };
  equal((await fetch(`${address}/v1/lanes`, { headers: header })).status, 200, "the cookie and the secret of the page");
  equal(await status({ ...header, Cookie: `${cookies[0].name}=of-another-port; ${header.Cookie}` }), 200, "beside a cookie of the same name that a page at another port has set");
  equal((await fetch(`${address}/v1/lanes`, { headers: { ...header, Origin: "http://evil.example" } })).status, 403, "another origin");
  equal(await status({ ...header, Host: "evil.example" }), 403, "another host");

  // The key is not in the browser, and what stands for it is in no address.
  const key = fs.readFileSync(path.join(folder, ".config/backchannel/keys/local"), "utf8").trim();
  const secrets = [key, key.split(".")[1], cookies[0].value, header["X-Backchannel-Page"]];
  const addresses = asked.flatMap(request => [request.url(), request.headers().referer ?? ""]);
  equal(secrets.map(secret => addresses.filter(address => address.includes(secret))), [[], [], [], []], "addresses with a secret");
  equal(addresses.filter(address => address.includes(new URL(link).searchParams.get("token"))), [link], "addresses with the token");
  const sent = asked.map(request => JSON.stringify([request.headers(), request.postData()]));
  check(sent.length > 10 && !sent.some(headers => headers.includes(key)), "the key is in no request of the browser");
  check(!(await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).includes(key), "the key is not kept by the browser");

  // Ctrl+C ends it: the page says so, the file and the port are gone.
  child.kill("SIGINT");
  await see(page, "The bus does not answer.");
  await stop(child);
  equal(child.signalCode, null, "the signal that ended it, but for its own");
  equal(fs.readdirSync(path.dirname(file)).filter(name => name.endsWith(".html")), [], "files that lead in, at the end");
  check(await fetch(address).then(() => false, () => true), "the port is closed at the end");

  // The browser that the user names gets the path of the file and nothing else. What a killed command left is taken away.
  const stale = path.join(path.dirname(file), "open-1.html");
  fs.writeFileSync(stale, "of a command that was killed");
  fs.utimesSync(stale, 0, 0);
  const browser = path.join(folder, "browser");
  fs.writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/asked.new; mv ${folder}/asked.new ${folder}/asked\n`, { mode: 0o755 });
  const again = await start(["open"], { ...env, BROWSER: `/nowhere/at/all:${browser} --new %s` }, /until this command ends/);
  const handed = again.text.match(/Your browser is being started. If it shows nothing, open (\S+\.html)/)[1];
  while (!fs.existsSync(`${folder}/asked`)) {
    await new Promise(setImmediate);
  }

  equal(fs.readFileSync(`${folder}/asked`, "utf8"), `--new\n${handed}\n`, "what the browser is started with");
  check(!fs.existsSync(stale), "the file of a killed command is gone");
  again.child.kill("SIGINT");
  await stop(again.child);
  check(!fs.existsSync(handed), "the file is gone at the end though no browser came");

  function status(headers) {
    return new Promise((resolve, reject) => http.get(`${address}/v1/lanes`, { headers }, reply => resolve(reply.resume().statusCode)).on("error", reject));
  }
});
