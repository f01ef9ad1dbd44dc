import { expect, test } from "vitest";

import { GitHubError } from "../../../agent/github/model/types.ts";
import { agentFixture, batchOf, REPOSITORY, signalOf, SWEEP_MS } from "./agent-fixture.ts";

const QUARTER_MS = 15 * 60_000;

test("C-13: a job that came as old news in a repository that cannot be read waits, and the log names it once", async () => {
  const { github, clock, start, welcome, agent, records } = agentFixture();
  github.unreadable.set(
    REPOSITORY,
    new GitHubError("forbidden", "Resource not accessible", "grant it", { status: 403 }),
  );
  await start();
  const link = welcome({ head: 1 });
  const createdAtMs = clock.now() - QUARTER_MS;
  link.receive(batchOf(0, [signalOf(1, { createdAtMs, startedAtMs: createdAtMs })]));
  await clock.advance(5 * SWEEP_MS);
  expect(agent.state()).toMatchObject({ demand: 0, slots: 0 });
  const told = records().filter(({ msg }) => String(msg).includes("came late"));
  expect(told).toMatchObject([{ level: "warn", jobId: signalOf(1).jobId, repository: REPOSITORY, remedy: "grant it" }]);
  github.unreadable.clear();
});
