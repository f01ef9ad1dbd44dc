import type { CheckResult } from "../../../../agent/doctor/check/check.ts";
import { SlotError, type SlotErrorCode } from "../../../../agent/slots/slot-provider.ts";
import type { Random } from "../../../../shared/clock/clock.ts";
import { gitHubError } from "../../../stand-ins/github/fake-github.ts";
import { doctorAfter, MINUTE, roomWith, type DaemonWorld } from "./daemon-world.ts";

/** Why a job is not served, the one check that leads, and the words of what helps. */
export interface TroubledWorld {
  /** Begins with the id of the case, where it is one. */
  readonly name: string;
  readonly check: string;
  readonly status: "warn" | "fail";
  readonly remedy: RegExp;
  /** Brings the world about and asks its doctor. */
  readonly doctor: (random: Random) => Promise<readonly CheckResult[]>;
}

const someJobs = (random: Random): number => 1 + Math.floor(random() * 4);

/** The engine or GitHub refuses each start from now on. */
function refusing(name: string, remedy: RegExp, refuse: (world: DaemonWorld) => () => never): TroubledWorld {
  return {
    name,
    check: "pools",
    status: "fail",
    remedy,
    doctor: doctorAfter(async (world, random) => {
      const refusal = refuse(world);
      for (let n = 0; n < 100; n += 1) world.github.jitFaults.push(refusal);
      await world.queue(someJobs(random));
      await world.clock.advance((1 + Math.floor(random() * 20)) * MINUTE);
      await untilPaused(world);
    }),
  };
}

/** Pauses end and are entered again: the doctor is asked in the middle of one. */
async function untilPaused({ clock, document }: DaemonWorld): Promise<void> {
  for (let n = 0; n < 600 && document().pools.every(({ pauses }) => pauses.length === 0); n += 1) {
    await clock.advance(1000);
  }
}

const byEngine = (code: SlotErrorCode, message: string, remedy: string) => (world: DaemonWorld) => {
  const refuse = (): never => {
    throw new SlotError(code, message, remedy);
  };
  for (let n = 0; n < 100; n += 1) world.provider.startHooks.push(refuse);
  return (): never => {
    world.github.jitFaults.length = 0;
    throw gitHubError("unavailable");
  };
};

interface Ending extends Pick<TroubledWorld, "name" | "remedy"> {
  readonly words: string;
  readonly exitCode: number;
}

/** Every container ends so, without a job. */
function endingWith({ name, words, exitCode, remedy }: Ending): TroubledWorld {
  return {
    name,
    check: "slots-outcome",
    status: "fail",
    remedy,
    doctor: doctorAfter(async (world, random) => {
      world.provider.tail = words;
      await world.queue(someJobs(random));
      for (let n = 0; n < 60 && streakOf(world) < 3; n += 1) {
        for (const slot of world.provider.running()) world.provider.exit(slot, exitCode);
        await world.clock.advance(10_000);
      }
    }),
  };
}

function streakOf({ document, pool }: DaemonWorld): number {
  return document().pools.find(({ key }) => key === pool.key)?.outcomes.length ?? 0;
}

/** A place that comes free by itself, and has not for more than half an hour. */
function waitingTooLong(name: string, remedy: RegExp, change: object, maxSlots?: number): TroubledWorld {
  return {
    name,
    check: "jobs-waiting",
    status: "warn",
    remedy,
    doctor: doctorAfter(
      async (world, random) => {
        await world.queue(1);
        world.online();
        const [busy] = world.provider.running();
        if (busy !== undefined) world.works(busy);
        await world.queue(someJobs(random));
        await world.clock.advance((31 + Math.floor(random() * 60)) * MINUTE);
      },
      change,
      maxSlots,
    ),
  };
}

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const ALWAYS_CLOSED = { days: EVERY_DAY, fromMinute: 0, toMinute: 1440, timeZone: "UTC", max: 0 };
const HEEDS_BACKUP = { holdWhile: { containers: ["backup"], processes: [] } };

export const TROUBLED_WORLDS: readonly TroubledWorld[] = [
  {
    name: "C-4: the only pool of the job is drained",
    check: "pools",
    status: "warn",
    remedy: /^hookline drain home --undo$/,
    doctor: doctorAfter(async (world, random) => {
      world.agent.operator.drain("home", true);
      await world.queue(someJobs(random));
    }),
  },
  {
    name: "the only pool of the job starts nothing in these hours",
    check: "pools",
    status: "warn",
    remedy: /change the schedule of the pool/,
    doctor: doctorAfter(async (world, random) => world.queue(someJobs(random)), { schedule: [ALWAYS_CLOSED] }),
  },
  {
    name: "the machine is at other work that the pool heeds",
    check: "pools",
    status: "warn",
    remedy: /change holdWhile of the pool/,
    doctor: doctorAfter(async (world, random) => {
      world.provider.neighbours = new Set(["backup"]);
      await world.clock.advance(10_000);
      await world.queue(someJobs(random));
    }, HEEDS_BACKUP),
  },
  {
    name: "the pool is to heed what the agent cannot see",
    check: "pools",
    status: "warn",
    remedy: /it holds nothing/,
    doctor: doctorAfter(async (world) => {
      world.provider.neighbours = null;
      await world.clock.advance(10_000);
    }, HEEDS_BACKUP),
  },
  refusing("C-4: GitHub forbids the registration", /GitHub/, () => () => {
    throw gitHubError("forbidden", { status: 403 });
  }),
  refusing("GitHub does not know the organization", /GitHub/, () => () => {
    throw gitHubError("not-found", { status: 404 });
  }),
  refusing("GitHub takes the credential no more", /GitHub/, () => () => {
    throw gitHubError("unauthorized", { status: 401 });
  }),
  refusing("GitHub finds the registration invalid", /GitHub/, () => () => {
    throw gitHubError("invalid", { status: 422 });
  }),
  endingWith({
    name: "H14: names do not resolve in containers",
    words: "curl: (6) Could not resolve host: github.com",
    exitCode: 1,
    remedy: /dns: \[/,
  }),
  endingWith({
    name: "H14: large answers are lost in containers",
    words: "The operation was canceled: timed out",
    exitCode: 1,
    remedy: /mtu=1400/,
  }),
  endingWith({
    name: "a proxy opens TLS",
    words: "The SSL connection could not be established",
    exitCode: 1,
    remedy: /CA/,
  }),
  endingWith({
    name: "the command is not in the image",
    words: "/home/runner/run.sh: not found",
    exitCode: 127,
    remedy: /command and image/,
  }),
  endingWith({
    name: "the image is for another machine",
    words: "exec /home/runner/run.sh: exec format error",
    exitCode: 1,
    remedy: /architecture/,
  }),
  endingWith({ name: "the kernel kills each runner", words: "", exitCode: 137, remedy: /resources\.memory/ }),
  endingWith({
    name: "nobody knows why they end",
    words: "something else",
    exitCode: 1,
    remedy: /hookline slots --tail/,
  }),
  waitingTooLong("the pool has been full for more than half an hour", /scaling\.max/, { max: 1 }),
  waitingTooLong("the machine has been full for more than half an hour", /maxSlots/, { max: 4 }, 1),
  waitingTooLong("C-4: the pool waits for more jobs, with a long cooldown", /queueThreshold/, {
    scaling: { min: 0, max: 4, queueThreshold: 50, cooldownSeconds: 7 * 24 * 3600 },
  }),
  {
    name: "C-4: the disk is short, by the settings",
    check: "room",
    status: "fail",
    remedy: /docker system df/,
    doctor: doctorAfter((_world, random) => ({ room: roomWith({ freeDiskBytes: () => 2 ** 20 * random() }) })),
  },
  {
    name: "C-4: the memory is short, by the settings",
    check: "room",
    status: "fail",
    remedy: /HOOKLINE_MIN_FREE_MEMORY/,
    doctor: doctorAfter((_world, random) => ({ room: roomWith({ freeMemoryBytes: () => 2 ** 20 * random() }) })),
  },
  {
    name: "no slot is let in, since disk or memory are short",
    check: "room",
    status: "fail",
    remedy: /docker system df/,
    doctor: doctorAfter(async (world, random) => {
      const full = (): never => {
        throw new SlotError("no-room", "This machine has 3 MiB of disk left.", "Free some: docker system df.");
      };
      for (let n = 0; n < 500; n += 1) world.provider.admitHooks.push(full);
      await world.queue(someJobs(random));
      await untilPaused(world);
    }),
  },
  {
    name: "an edit of the pools file is refused",
    check: "config-loaded",
    status: "fail",
    remedy: /hookline config check/,
    doctor: doctorAfter((world) => {
      const refused = { atMs: world.clock.now(), code: "config-invalid", message: "pools[0].lables", remedy: null };
      return { fleet: null, status: world.document({ ...world.fileState, refused }) };
    }),
  },
  {
    name: "C-4: an edit of the pools file is not taken up",
    check: "config-loaded",
    status: "warn",
    remedy: /hookline reload|docker restart|HOOKLINE_CONFIG=/,
    doctor: doctorAfter((world, random) => {
      const file = [null, world.fileState, { ...world.fileState, path: "/elsewhere/pools.yaml" }][
        Math.floor(random() * 3)
      ];
      return { fleet: world.edited, status: world.document(file) };
    }),
  },
  {
    name: "GitHub gives the job to no runner",
    check: "jobs-waiting",
    status: "fail",
    remedy: /githubstatus\.com/,
    doctor: doctorAfter(
      async (world) => {
        await world.queue(1);
        for (let n = 0; n < 40; n += 1) {
          world.online();
          await world.clock.advance(30_000);
        }
      },
      { max: 4 },
    ),
  },
  {
    name: "H4: a container that ended cannot be removed",
    check: "corpses",
    status: "warn",
    remedy: /^docker rm -f hookline-nas--home-/,
    doctor: doctorAfter(
      async (world, random) => {
        for (let n = 0; n < 100; n += 1) {
          world.provider.removeHooks.push(() => {
            throw new SlotError(
              "rejected",
              "driver overlay2 failed to remove root filesystem",
              "Look at Docker's log.",
            );
          });
        }
        await world.queue(1);
        await world.ends();
        await world.clock.advance((1 + Math.floor(random() * 60)) * MINUTE);
      },
      { max: 2 },
    ),
  },
  refusing(
    "C-4: the engine has no such network",
    /network create/,
    byEngine("rejected", "network no-such-network not found", "docker network create no-such-network"),
  ),
];
