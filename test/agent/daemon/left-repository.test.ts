import { expect, test } from "vitest";

import { poolHash } from "../../../agent/slots/pool-hash.ts";
import type { AccountRepository } from "../../../agent/github/model/types.ts";
import type { RepositoryPatterns } from "../../../shared/fleet/repository-patterns.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { agentFixture, SWEEP_MS } from "./agent-fixture.ts";

const IDLE = "hookline-nas--home-0123456789";

const repository = (name: string, change: Partial<AccountRepository> = {}): AccountRepository => ({
  id: name.length,
  fullName: `me/${name}`,
  isPrivate: true,
  fork: false,
  archived: false,
  pushedAtMs: null,
  ...change,
});

const fleetOf = (patterns: RepositoryPatterns) => {
  const scope = { kind: "repositories", repositories: [] } as const;
  return { version: 2, pools: [poolOf({ scope, repositories: [], patterns, min: 1, max: 1 })] } as const;
};
const ALL = fleetOf({ accounts: ["me"], except: [] });

/** An agent that keeps one runner warm among what `me/*` takes in: it idles in `me/web`. */
async function warm() {
  const fixture = agentFixture({ fleet: ALL });
  const { github, provider, start, clock } = fixture;
  github.accounts = [repository("web", { pushedAtMs: 2 }), repository("tools", { pushedAtMs: 1 })];
  const runnerId = github.add(IDLE, { scope: "me/web" });
  const [pool] = ALL.pools;
  provider.add(IDLE, { runnerId, scope: "me/web", poolHash: poolHash(pool) });
  await start();
  await clock.advance(2 * SWEEP_MS);
  return fixture;
}

test("a warm runner stays where it is while its repository is listed, be it after a restart or a push elsewhere", async () => {
  const { github, provider, clock } = await warm();
  github.accounts = [repository("web", { pushedAtMs: 2 }), repository("tools", { pushedAtMs: 3 })];
  await clock.advance(5 * SWEEP_MS);
  expect(provider.callsOf("stop")).toEqual([]);
  expect(github.callsOf("jit")).toEqual([]);
});

test("a warm runner leaves a repository that is archived, and another is kept warm elsewhere", async () => {
  const { github, provider, clock } = await warm();
  github.accounts = [repository("web", { archived: true }), repository("tools")];
  await clock.advance(3 * SWEEP_MS);
  expect(provider.callsOf("stop")).toEqual([IDLE]);
  expect(github.callsOf("jit")).toHaveLength(1);
});

test("promise 20: an exclusion that is written into the file takes the warm runner out of that repository", async () => {
  const { agent, github, provider, clock } = await warm();
  agent.takeFleet(fleetOf({ accounts: ["me"], except: ["me/web"] }));
  await clock.advance(5000);
  expect(provider.callsOf("stop")).toEqual([IDLE]);
  await clock.advance(SWEEP_MS);
  expect(github.callsOf("jit")).toHaveLength(1);
});

test("promise 20: a pattern that is written into the file is served within seconds", async () => {
  const before = fleetOf({ accounts: ["you"], except: [] });
  const fixture = agentFixture({ fleet: before });
  fixture.github.accounts = [repository("web")];
  await fixture.start();
  fixture.welcome();
  expect(fixture.github.callsOf("jit")).toEqual([]);
  fixture.agent.takeFleet(ALL);
  await fixture.clock.advance(2000);
  expect(fixture.github.callsOf("jit")).toHaveLength(1);
});
