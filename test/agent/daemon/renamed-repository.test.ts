import { expect, test } from "vitest";

import { poolOf } from "../../shared/controller/world.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { batchOf, signalOf, SWEEP_MS } from "./agent-fixture.ts";
import { loopbackAgent } from "./loopback-agent.ts";

const SCOPES = {
  organization: { kind: "organization", organization: "acme", runnerGroup: "Default" },
  repositories: { kind: "repositories", repositories: ["acme/web"] },
} as const;
const LABELS = ["self-hosted", "nas"];

/** An agent whose pools file names `acme/web`. */
function serving(kind: keyof typeof SCOPES) {
  return loopbackAgent(poolOf({ scope: SCOPES[kind], repositories: kind === "organization" ? ["acme/web"] : null }));
}

test.each(["organization", "repositories"] as const)(
  "F15, promise 5: a repository that was renamed is served under its new name from the sweep after the one that noticed (%s)",
  async (kind) => {
    const { agent, loopback, sweep, records } = await serving(kind);
    loopback.renameRepository("acme/web", "acme/site");
    loopback.queueJob({ repository: "acme/site", labels: LABELS, runsForMs: null });
    await sweep();
    await sweep();
    await agent.waitFor(({ slots }) => slots === 1, patience());
    await loopback.waitFor(() => loopback.runners().length === 1, "a runner");
    await sweep();
    const said = records().filter(({ msg }) => msg === "repository was renamed");
    const remedy = "write acme/site in place of acme/web in config/pools.yaml";
    expect(said).toMatchObject([{ level: "warn", from: "acme/web", to: "acme/site", remedy }]);
  },
);

test("F15: a webhook that gives a known repository another name is looked into at once", async () => {
  const { agent, loopback, clock, connection, repositoryId } = await serving("organization");
  const ended = { repositoryId, action: "completed", status: "completed", runnerName: "other" };
  connection.receive(batchOf(0, [signalOf(1, ended)]));
  loopback.renameRepository("acme/web", "acme/site");
  const { id } = loopback.queueJob({ repository: "acme/site", labels: LABELS, runsForMs: null });
  const now = clock.now();
  const queued = { jobId: id, repository: "acme/site", repositoryId, createdAtMs: now, startedAtMs: now };
  connection.receive(batchOf(1, [signalOf(2, queued)]));
  await agent.waitFor(({ slots }) => slots === 1, patience());
});

test("F15: a repository that was given to another account is not served for it, and said so once", async () => {
  const { loopback, sweep, provider, records } = await serving("repositories");
  loopback.addOrganization("other");
  loopback.renameRepository("acme/web", "other/web");
  loopback.queueJob({ repository: "other/web", labels: LABELS });
  for (let n = 0; n < 3; n += 1) await sweep();
  expect(provider.callsOf("start")).toEqual([]);
  const said = records().filter(({ msg }) => msg === "repository belongs to another account by now");
  expect(said).toMatchObject([{ from: "acme/web", to: "other/web" }]);
});

test("F15: a runner that was registered under the old name is taken back under it", async () => {
  const { agent, loopback, clock, sweep } = await serving("repositories");
  const job = loopback.queueJob({ repository: "acme/web", labels: LABELS, runsForMs: null });
  await sweep();
  await loopback.waitFor(() => loopback.runners().length === 1, "a runner");
  loopback.renameRepository("acme/web", "acme/site");
  loopback.takeElsewhere(job.id);
  loopback.completeJob(job.id);
  for (let n = 0; n < 8; n += 1) await sweep();
  await clock.advance(SWEEP_MS);
  await agent.waitFor(({ slots }) => slots === 0, patience());
  expect(loopback.runners()).toEqual([]);
});
