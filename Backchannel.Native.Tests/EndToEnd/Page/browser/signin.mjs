// In and out: a mistyped key, an unknown one, a new one, one that is revoked while somebody looks on. No key is ever in an address.
import { Caller, serve } from "./bus.mjs";
import { check, equal, open, run, see, sound } from "./drive.mjs";

await run(async () => {
  const bus = await serve();
  const page = await open(null);
  const addresses = [];
  page.on("request", request => addresses.push(request.url()));
  await page.goto(`${bus.address}/#/workers`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();

  const field = page.getByLabel("Your key");
  for (const [typed, word] of [["two words", "This is no key."], ["bck_ü", "This is no key."], [`bck_${"x".repeat(12)}.${"y".repeat(32)}`, "The bus does not know this key."]]) {
    await field.fill(typed);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").getByText(word).waitFor();
    await sound(page, `after ${typed}`);
  }

  equal(await page.evaluate(() => sessionStorage.length), 0, "keys that are kept after none was taken");

  // A name that is taken is told; with another one the new key leads in, to the view that was asked for.
  await Caller.mint(bus.address, "olga");
  await page.getByLabel("What the key is called").fill("olga");
  await page.getByRole("button", { name: "Mint a key" }).click();
  await page.locator("[aria-labelledby=mint] [role=alert]").waitFor();
  await page.getByLabel("What the key is called").fill("olga@workbench");
  await page.getByRole("button", { name: "Mint a key" }).click();
  await see(page, "It is shown only now");
  await sound(page, "a minted key");
  const key = await page.locator("[aria-labelledby=mint] pre").innerText();
  await page.getByRole("button", { name: "Sign in with it" }).click();
  await page.getByRole("heading", { level: 1, name: "Workers" }).waitFor();
  await see(page, "olga@workbench");
  equal((await new Caller(bus.address, key).get("/v1/keys/me")).owner_id, "olga@workbench", "whose key it is");

  // Loaded anew, the tab is still signed in; another one is not.
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Workers" }).waitFor();
  const another = await page.context().newPage();
  await another.goto(bus.address);
  await another.getByRole("heading", { name: "Sign in" }).waitFor();

  // A key that is revoked meanwhile ends what is shown.
  const lane = await new Caller(bus.address, key).channel("private", { access: "restricted" });
  await new Caller(bus.address, key).task(lane, "Seen until then.");
  await page.getByRole("link", { name: "Lanes", exact: true }).click();
  await see(page, "private");
  equal((await new Caller(bus.address, key).remove("/v1/keys/me")).revoked, true, "the key is revoked");
  await page.getByRole("alert").getByText("The bus does not take this key any more.").waitFor({ timeout: 5000 });
  equal(await page.getByText("private").count(), 0, "lanes that are still shown");
  check(!addresses.concat(page.url()).some(address => address.includes(key)), "the key is in no address");
});
