import { describe, expect, test } from "vitest";

import { job, OWN_PREFIX, poolOf, World } from "./world.ts";

const MINUTE = 60_000;
const JO = { kind: "repositories", repositories: ["jo/off", "jo/good"] } as const;

/** What is started now, by the scopes that the runners register with; each try fails with `code` where `fails` says so. */
function tryStarts(
  world: World,
  code: string,
  fails: (scope: string) => boolean,
  retryAtMs: number | null = null,
): readonly string[] {
  const scopes: string[] = [];
  for (const action of world.plan().actions) {
    if (action.type !== "provision") continue;
    const name = `${OWN_PREFIX}${action.pool}-${world.nowMs}-${scopes.length}`;
    world.slot(name, { change: "planned", pool: action.pool, scope: action.scope });
    if (fails(action.scope)) world.slot(name, { change: "failed", code, retryAtMs });
    else world.slot(name, { change: "started" });
    scopes.push(action.scope);
  }
  return scopes;
}

describe("rule 7: a refusal counts for what it is about", () => {
  test("F5 C-10: a repository that refuses runners stops no other of its pool, though its job is older", () => {
    const world = new World(poolOf({ scope: JO, max: 1 }));
    world.signal(job(1, { repository: "jo/off" }));
    const isOff = (scope: string): boolean => scope === "jo/off";
    expect(tryStarts(world, "github-forbidden", isOff)).toEqual(["jo/off"]);
    world.later(MINUTE).signal(job(2, { repository: "jo/good", createdAtMs: world.nowMs, phaseAtMs: world.nowMs }));
    for (let tries = 0; tries < 4; tries += 1) tryStarts(world.later(1), "github-forbidden", isOff);
    expect([...world.ledger.slots].map(({ scope }) => scope)).toEqual(["jo/good"]);
  });

  test.each(["github-forbidden", "github-not-found", "github-invalid", "github-unexpected"])(
    "F5: %s of one repository delays no job of another, each hour anew",
    (code) => {
      const world = new World(poolOf({ scope: JO, max: 2 }));
      world.signal(job(1, { repository: "jo/off" }));
      for (let minute = 1; minute < 30; minute += 1) {
        tryStarts(world.later(MINUTE), code, (scope) => scope === "jo/off");
        world.signal(job(100 + minute, { repository: "jo/good", createdAtMs: world.nowMs, phaseAtMs: world.nowMs }));
        const started = tryStarts(world.later(1), code, (scope) => scope === "jo/off");
        expect(started, `minute ${minute}`).toContain("jo/good");
        for (const slot of world.ledger.slots) world.slot(slot.name, { change: "removed" });
        world.signal(job(100 + minute, { repository: "jo/good", phase: "completed", runnerName: "x" }));
      }
    },
  );

  test("F5: a warm runner does not hang on the first repository of the list", () => {
    const world = new World(poolOf({ scope: JO, min: 1, max: 2 }));
    const isOff = (scope: string): boolean => scope === "jo/off";
    expect(tryStarts(world, "github-forbidden", isOff)).toEqual(["jo/off"]);
    expect(tryStarts(world.later(1), "github-forbidden", isOff)).toEqual(["jo/good"]);
  });

  test("C-10: a repository that refuses makes no idle runner of another give way", () => {
    const world = new World(poolOf({ scope: JO, max: 1 }));
    world.signal(job(1, { repository: "jo/good" }));
    expect(tryStarts(world, "", () => false)).toEqual(["jo/good"]);
    const [slot] = world.ledger.slots;
    world.signal(job(1, { repository: "jo/good", phase: "completed", runnerName: "elsewhere" }));
    world.ledger.pauses.failed({ pool: "home", scope: "jo/off" }, "github-forbidden", world.nowMs, null);
    world.signal(job(2, { repository: "jo/off", createdAtMs: world.nowMs })).later(1);
    world.feed({
      type: "inventory",
      atMs: world.nowMs,
      startedAtMs: world.nowMs,
      scope: "jo/good",
      complete: true,
      runners: [{ id: 1, name: slot?.name ?? "", online: true, busy: false }],
    });
    expect(world.plan().actions.filter(({ type }) => type === "retire")).toEqual([]);
  });

  test("a limit of GitHub's holds for the account in every pool, and for no other account", () => {
    const other = { kind: "organization", organization: "beta", runnerGroup: "Default" } as const;
    const world = new World(poolOf(), poolOf({ key: "more" }), poolOf({ key: "beta", scope: other }));
    world.signal(job(1));
    const limited = (scope: string): boolean => scope === "acme";
    expect(tryStarts(world, "github-rate-limited", limited, world.nowMs + 55 * MINUTE)).toEqual(["acme"]);
    world.later(1000).signal(job(2, { repository: "beta/app" }));
    expect(tryStarts(world, "", () => false)).toEqual(["beta"]);
  });

  test("Docker's refusal holds for the pool, whatever repository the next job is of", () => {
    const world = new World(poolOf({ scope: JO, max: 2 }));
    world.signal(job(1, { repository: "jo/off" })).signal(job(2, { repository: "jo/good" }));
    expect(tryStarts(world, "slot-image", () => true)).toEqual(["jo/off", "jo/good"]);
    expect(tryStarts(world.later(1), "slot-image", () => true)).toEqual([]);
  });
});

describe("rule 8: runners that never come online are a failure of their pool", () => {
  /** Started runners that GitHub lists as offline, minute by minute; what has to go is stopped. */
  function hour(world: World): number {
    let registered = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      registered += world.provision().length;
      for (const action of world.plan().actions) {
        if (action.type !== "retire") continue;
        world.slot(action.slot, { change: "retiring" });
        world.slot(action.slot, { change: "exited", exitCode: 143 });
        world.slot(action.slot, { change: "removed" });
      }
      world.later(MINUTE);
      world.inventory(Object.fromEntries([...world.ledger.slots].map(({ name }) => [name, "offline" as const])));
    }
    return registered;
  }

  test("C-9: one job whose runners never come online fills no pool, and costs few registrations an hour", () => {
    const world = new World(poolOf({ max: 4 })).signal(job(1));
    let most = 0;
    world.provision();
    for (let minute = 0; minute < 4; minute += 1) {
      world
        .later(MINUTE)
        .inventory(Object.fromEntries([...world.ledger.slots].map(({ name }) => [name, "offline" as const])));
      world.provision();
      most = Math.max(most, [...world.ledger.slots].length);
    }
    expect(most).toBe(2);
    expect(hour(world)).toBeLessThan(20);
    expect(hour(world)).toBeLessThan(16);
    expect(world.ledger.pauses.of("home", "acme", world.nowMs - MINUTE)?.code).toBe("never-online");
  });

  test("C-9: a pool whose runners come late has them all the same, and one more at most", () => {
    const world = new World(poolOf({ max: 8 }));
    for (const id of [1, 2, 3, 4]) world.signal(job(id));
    const names = [...world.provision()];
    for (let minute = 0; minute < 2; minute += 1) {
      world
        .later(MINUTE)
        .inventory(Object.fromEntries([...world.ledger.slots].map(({ name }) => [name, "offline" as const])));
      names.push(...world.provision());
    }
    expect(names).toHaveLength(5);
  });
});
