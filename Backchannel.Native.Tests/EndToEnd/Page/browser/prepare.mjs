// A bus on which work goes on.
import { Caller } from "./bus.mjs";

/** Something is stuck, something has failed, something is done. */
export async function prepare(bus) {
  const person = await Caller.mint(bus.address, "olga@workbench");
  const worker = await Caller.mint(bus.address, "worker-pool");
  const stranger = await Caller.mint(bus.address, "stranger");
  worker.stay();
  const reviews = await person.channel("reviews", { description: "Code reviews: one file or one pull request each" });
  const builds = await person.channel("builds", { description: "Builds and test runs of any branch" });
  const docs = await person.channel("docs");
  const secrets = await person.channel("release-secrets", { access: "restricted", description: "Signing and publishing of releases" });
  await stranger.post(`/v1/channels/${secrets}/access-requests`, { reason: "I sign the packages." });

  const done = await person.task(reviews, "Review src/parser.c: bounds, lifetimes, error paths.");
  await worker.claim(reviews, "reviewer-1");
  await worker.finish(done, "acknowledged", "reviewer-1", { result: "Line 40: a length from the file is used without a check." });

  const failed = await person.task(builds, "Build branch feature/parser and run the integration tests.", { max_attempts: 2, priority: 8 });
  await worker.claim(builds, "builder-2");
  await worker.finish(failed, "failed", "builder-2", { reason: "The staging database refused the password of ci.", retry_after_seconds: 0 });
  let again;
  while (!again) {
    again = await worker.claim(builds, "builder-3");
  }

  await worker.finish(failed, "failed", "builder-3", { reason: "Same as before. Somebody has to renew the password." });

  const asking = await person.task(builds, "Build main.");
  const waiting = await person.task(builds, "Publish the nightly build.", { depends_on: [asking] });
  await worker.claim(builds, "builder-1");
  await worker.note(asking, "builder-1", { kind: "progress", percent: 40, text: "Compiled; tests run." });
  await worker.note(asking, "builder-1", { kind: "question", text: "Three tests need the network. Shall I skip them?" });

  const content = "int main(void) { return 0; }\n";
  const { sha256 } = await person.upload(content);
  const withFile = await person.task(reviews, "Review the attached file.", { files: [{ name: "main.c", media_type: "text/x-c", bytes: content.length, sha256 }] });
  const open = await person.task(docs, "Write the chapter on leases.");
  return { person, worker, stranger, reviews, builds, docs, secrets, done, failed, asking, waiting, withFile, open };
}
