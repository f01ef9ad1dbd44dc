import { daemonChecks, type DaemonCheckOptions } from "../../../../agent/doctor/daemon/daemon-checks.ts";
import { runCheck, type CheckResult } from "../../../../agent/doctor/check/check.ts";
import type { HostRoom, RoomRule } from "../../../../agent/slots/docker/admission.ts";
import { shortHash } from "../../../../agent/slots/pool-hash.ts";
import type { Random } from "../../../../shared/clock/clock.ts";
import type { Fleet, Pool } from "../../../../shared/fleet/pool.ts";
import { statusSchema, type Status } from "../../../../shared/status/status.ts";
import { poolOf } from "../../../shared/controller/world.ts";
import { agentFixture, batchOf, listed, REPOSITORY, signalOf, SWEEP_MS } from "../../daemon/agent-fixture.ts";

export const MINUTE = 60_000;

/** A rule that asks for little, on a machine that has plenty of what is not said otherwise. */
export function roomWith(left: Partial<HostRoom> = {}): RoomRule {
  const room = { freeDiskBytes: () => 2 ** 40, freeMemoryBytes: () => 2 ** 36, ...left };
  return { room, minFreeDiskBytes: 2 ** 30, minFreeMemoryBytes: 2 ** 28 };
}

/** What the doctor is given in place of the world as it is. */
interface Asked extends Partial<DaemonCheckOptions> {
  readonly status?: Status;
}

type Change = Parameters<typeof poolOf>[0];

/** A real agent in virtual time, with one to three pools of which the first serves the jobs, and the doctor beside it. */
export async function daemonWorld(random: Random, change: Change = {}, maxSlots?: number) {
  const others = Array.from({ length: Math.floor(random() * 3) }, (_, n) =>
    poolOf({ key: `other-${n}`, labels: [`other-${n}`], repositories: [REPOSITORY] }),
  );
  const first = poolOf({ repositories: [REPOSITORY], max: 1 + Math.floor(random() * 4), ...change });
  const pools: readonly Pool[] = random() < 0.5 ? [first, ...others] : [...others, first];
  const fleet: Fleet = { version: 2, pools: [...pools], ...(maxSlots === undefined ? {} : { maxSlots }) };
  const fixture = agentFixture({ fleet });
  await fixture.start();
  const connection = fixture.welcome();
  await fixture.clock.advance(0);
  let jobs = 0;

  /** Jobs that come by webhook. */
  const queue = async (count: number, labels = ["self-hosted", "nas"]): Promise<void> => {
    const { clock } = fixture;
    const at = { receivedAtMs: clock.now(), createdAtMs: clock.now() };
    const numbers = Array.from({ length: count }, (_, n) => jobs + n + 1);
    connection.receive(
      batchOf(
        jobs,
        numbers.map((n) => signalOf(n, { labels, ...at })),
      ),
    );
    jobs += count;
    fixture.github.jobs = { [REPOSITORY]: Array.from({ length: jobs }, (_, n) => listed(n + 1, { labels })) };
    await clock.advance(0);
  };
  /** GitHub lists the runners of all containers, idle, as they are after their start. */
  const online = (): void => {
    for (const name of fixture.provider.running()) fixture.github.set(name, { status: "online" });
  };
  /** The first job runs there. */
  const works = (slot: string): void => {
    const runs = { action: "in_progress", status: "in_progress", runnerName: slot, guid: "g-works" } as const;
    connection.receive(batchOf(jobs, [signalOf(1, { ...runs, receivedAtMs: fixture.clock.now() })]));
    const job = listed(1, { status: "in_progress", runnerName: slot });
    fixture.github.jobs = { [REPOSITORY]: [job, ...(fixture.github.jobs[REPOSITORY] ?? []).slice(1)] };
    jobs += 1;
    fixture.provider.atWork.add(slot);
    fixture.github.set(slot, { busy: true, status: "online" });
  };
  /** The first job, on the first slot, ends well, and so does its container. */
  const ends = async (): Promise<void> => {
    const [slot = ""] = fixture.provider.running();
    works(slot);
    const over = { action: "completed", status: "completed", conclusion: "success", guid: "g-over" } as const;
    connection.receive(batchOf(jobs, [signalOf(1, { ...over, runnerName: slot, receivedAtMs: fixture.clock.now() })]));
    jobs += 1;
    fixture.github.jobs = {};
    fixture.provider.atWork.delete(slot);
    fixture.provider.exit(slot, 0);
    await fixture.clock.advance(0);
  };
  const document = (file: Status["fleet"]["file"] = null): Status =>
    statusSchema.parse(fixture.agent.status.document(file));
  /** What the doctor's checks of the daemon say. */
  const doctor = ({ status = document(), ...asked }: Asked = {}): Promise<CheckResult[]> => {
    const checks = daemonChecks({
      daemon: { status: () => Promise.resolve(status), statusOrNull: () => Promise.resolve(status) },
      journal: null,
      fleet,
      configFile: "pools.yaml",
      cwd: "/config",
      room: roomWith(),
      waitingTooLongMs: 30 * MINUTE,
      nowMs: fixture.clock.now(),
      ...asked,
    });
    return Promise.all(checks.map((check) => runCheck(check, fixture.clock)));
  };
  /** What a file says that nobody has taken up. */
  const edited: Fleet = { ...fleet, pools: [...fleet.pools, poolOf({ key: "new", labels: ["new"] })] };
  const fileState = {
    path: "/config/pools.yaml",
    sha256: shortHash(fleet),
    readAtMs: fixture.clock.now(),
    refused: null,
  };
  return { ...fixture, works, ends, fleet, edited, fileState, pool: first, queue, online, document, doctor, SWEEP_MS };
}

export type DaemonWorld = Awaited<ReturnType<typeof daemonWorld>>;

/** Asks the doctor of a new world once something has happened there, which may say what the doctor is given. */
export function doctorAfter(
  happens: (world: DaemonWorld, random: Random) => Promise<Asked | void> | Asked | void,
  change: Change = {},
  maxSlots?: number,
): (random: Random) => Promise<readonly CheckResult[]> {
  return async (random) => {
    const world = await daemonWorld(random, change, maxSlots);
    return world.doctor((await happens(world, random)) ?? {});
  };
}
