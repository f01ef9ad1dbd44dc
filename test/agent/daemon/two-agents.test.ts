import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { seeded } from "../../stand-ins/time/random.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { agentFixture, REPOSITORY, SWEEP_MS } from "./agent-fixture.ts";

const SAID = "another agent works under this instance";
const NAS = { name: "hookline-nas--home-aaaaaaaaaa", folderId: "former" };

/** Agents of one instance with a data folder each, on one GitHub; on one engine unless `engines` says otherwise. */
function world({ engines = 1 } = {}) {
  const clock = new VirtualClock();
  const github = new FakeGitHub(clock);
  const first = new FakeSlots(clock, { folderId: "first" });
  const agent = async (folderId: string, min: number) => {
    const beside = engines === 1 ? { beside: first } : {};
    const provider = folderId === "first" ? first : new FakeSlots(clock, { folderId, ...beside });
    const [journalSql, slotsSql] = [new NodeSql(":memory:"), new NodeSql(":memory:")];
    const fixture = agentFixture({
      earlier: { clock, github, provider, journalSql, slotsSql },
      fleet: { version: 2, pools: [poolOf({ repositories: [REPOSITORY], min, max: 2 })] },
      random: seeded(folderId === "first" ? 11 : 12),
      folderId,
    });
    await fixture.start();
    fixture.welcome();
    return { ...fixture, said: () => fixture.records().filter(({ msg }) => msg === SAID) };
  };
  /** Runners come online as they do, and sweeps pass. */
  const sweeps = async (count: number, online = true): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      for (const name of github.names()) if (online) github.set(name, { status: "online" });
      await clock.advance(SWEEP_MS);
    }
  };
  return { clock, github, first, agent, sweeps };
}

test("C-13: two agents of one instance on one engine say so once, and neither touches the other's slots", async () => {
  const { agent, sweeps } = world();
  const idle = await agent("second", 0);
  const warm = await agent("first", 1);
  await sweeps(10);
  expect(idle.said()).toHaveLength(1);
  expect(idle.said()[0]).toMatchObject({
    level: "error",
    remedy: expect.stringMatching(/HOOKLINE_INSTANCE/) as string,
  });
  expect([idle.provider.callsOf("stop"), idle.provider.callsOf("remove")]).toEqual([[], []]);
  expect(warm.provider.running()).toHaveLength(1);
});

test("C-13: what was adopted from another agent before it showed that it lives is let go of, not stopped", async () => {
  const { agent, github, sweeps, first } = world();
  const warm = await agent("first", 1);
  await sweeps(1);
  const [adopted = ""] = first.running();
  github.set(adopted, { status: "online", busy: true });
  const idle = await agent("second", 0);
  await sweeps(1);
  expect(idle.agent.state().slots).toBe(1);
  // The other one makes a slot while this one runs: it lives.
  warm.agent.takeFleet({ version: 2, pools: [poolOf({ repositories: [REPOSITORY], min: 2, max: 2 })] });
  await sweeps(10);
  expect(idle.said()).toHaveLength(1);
  expect(idle.agent.state().slots).toBe(0);
  expect(idle.provider.callsOf("stop")).toEqual([]);
  expect(first.running()).toHaveLength(2);
});

test("C-13: on two engines, a runner of the other agent that is slow to come up is not deregistered", async () => {
  const { agent, github, sweeps } = world({ engines: 2 });
  const idle = await agent("second", 0);
  await sweeps(1);
  const warm = await agent("first", 1);
  await sweeps(4, false);
  const [name = ""] = github.callsOf("jit");
  expect(github.names()).toContain(name);
  expect(warm.provider.running()).toContain(name);
  // Offline it might be one of before, which a late list left out.
  expect(idle.said()).toEqual([]);
  await sweeps(2);
  expect(idle.said()).toHaveLength(1);
});

test("C-13: a data folder that was wiped takes over the containers of before, and speaks of nobody", async () => {
  const { agent, github, sweeps, first } = world();
  first.add(NAS.name, {
    scope: REPOSITORY,
    folderId: NAS.folderId,
    runnerId: github.add(NAS.name, { scope: REPOSITORY }),
  });
  github.add("hookline-nas--home-bbbbbbbbbb", { status: "offline", scope: REPOSITORY });
  const warm = await agent("first", 0);
  await sweeps(10, false);
  expect(warm.records().some(({ msg, slot }) => msg === "slot adopted" && slot === NAS.name)).toBe(true);
  expect(warm.provider.callsOf("stop")).toEqual([NAS.name]);
  expect(github.names()).toEqual([]);
  expect(warm.said()).toEqual([]);
});

test("C-13: a runner of before the wipe that GitHub's list was late with is nobody's, and goes", async () => {
  const { agent, github, sweeps } = world();
  const wiped = await agent("first", 0);
  await sweeps(1, false);
  github.add("hookline-nas--home-bbbbbbbbbb", { status: "offline" });
  await sweeps(14, false);
  expect(github.names()).toEqual([]);
  expect(wiped.said()).toEqual([]);
});

test("C-13: a container that was there at the first look makes its late runner this agent's to clear away", async () => {
  const { agent, github, sweeps, first } = world();
  first.add(NAS.name, { folderId: "first", runnerId: null, state: "exited" });
  await agent("first", 0);
  await sweeps(1, false);
  github.add(NAS.name, { status: "offline" });
  await sweeps(5, false);
  expect(github.names()).toEqual([]);
});
