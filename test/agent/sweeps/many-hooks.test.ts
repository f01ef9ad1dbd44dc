import { expect, test } from "vitest";

import type { DeliveryLog, GitHubHook } from "../../../agent/github/model/delivery-log.ts";
import { scopeName } from "../../../agent/github/model/scope.ts";
import { MissedDeliveries } from "../../../agent/journal/missed-deliveries.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { DeliverySweep } from "../../../agent/sweeps/delivery-sweep.ts";
import { SweepFailures } from "../../../agent/sweeps/sweep-failures.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { fleet } from "./fake-github.ts";

const REPOSITORIES = Array.from({ length: 100 }, (_each, n) => `me/r${n}`);
const GO = new AbortController().signal;

/** A GitHub where each of a hundred repositories has a hook, with a note of what is asked. */
function hundred() {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const sql = new NodeSql(":memory:");
  const journal = new Journal(sql);
  const never = (): Promise<never> => Promise.reject(new Error("nothing was missed"));
  const log: DeliveryLog = {
    isApp: false,
    listHooks: (scope) => {
      asked.push(`hooks ${scopeName(scope)}`);
      const hook: GitHubHook = {
        home: scope,
        id: asked.length,
        url: "https://edge.test/webhook",
        active: true,
        events: ["workflow_job"],
        contentType: "json",
        verifiesTls: true,
      };
      return Promise.resolve({ items: [hook], complete: true });
    },
    listAttempts: ({ home }) => {
      if (home.kind !== "app") asked.push(`log ${scopeName(home)}`);
      return Promise.resolve({ items: [], complete: true });
    },
    readPayload: never,
    redeliver: never,
  };
  const sweep = new DeliverySweep({
    log,
    fleet: () => fleet({ scope: { kind: "repositories", repositories: REPOSITORIES }, repositories: REPOSITORIES }),
    isOurs: () => true,
    missed: new MissedDeliveries(sql),
    has: (guid) => journal.has(guid),
    take: () => {},
    clock,
    logger: silentLogger,
  });
  const run = async (): Promise<readonly string[]> => {
    const before = asked.length;
    await sweep.run(new SweepFailures(), GO);
    await clock.advance(60_000);
    return asked.slice(before);
  };
  return { sweep, run };
}

test("of a hundred repositories' hooks a sweep asks for a few and reads a few logs, and each has its turn", async () => {
  const { run } = hundred();
  const seen = new Set<string>();
  for (let n = 0; n < 10; n += 1) {
    const asked = await run();
    expect(asked.length).toBeLessThanOrEqual(50);
    for (const what of asked) seen.add(what);
  }
  expect(seen.size).toBe(2 * REPOSITORIES.length);
});

test("a replay that is asked for reads every log at once", async () => {
  const { sweep, run } = hundred();
  void sweep.again(0);
  const asked = await run();
  expect(asked.filter((what) => what.startsWith("log "))).toHaveLength(REPOSITORIES.length);
});
