import type { CheckResult } from "../../../../agent/doctor/check/check.ts";
import { SlotError } from "../../../../agent/slots/slot-provider.ts";
import type { Random } from "../../../../shared/clock/clock.ts";
import { gitHubError } from "../../../stand-ins/github/fake-github.ts";
import { signalOf, batchOf } from "../../daemon/agent-fixture.ts";
import { daemonWorld, MINUTE } from "./daemon-world.ts";

/** A world in which nobody has to do anything. */
interface HealthyWorld {
  readonly name: string;
  /** Something happened that is worth a word. */
  readonly mayWarn: boolean;
  readonly doctor: (random: Random) => Promise<readonly CheckResult[]>;
}

const some = (random: Random, most: number): number => 1 + Math.floor(random() * most);

export const HEALTHY_WORLDS: readonly HealthyWorld[] = [
  {
    name: "an idle house",
    mayWarn: false,
    doctor: async (random) => {
      const world = await daemonWorld(random);
      await world.clock.advance(some(random, 200) * MINUTE);
      return world.doctor();
    },
  },
  {
    name: "jobs whose runners are on their way",
    mayWarn: false,
    doctor: async (random) => {
      const world = await daemonWorld(random);
      world.provider.startMs = 20_000;
      await world.queue(some(random, 3));
      await world.clock.advance(5000);
      return world.doctor();
    },
  },
  {
    name: "a pool that is full for some minutes",
    mayWarn: false,
    doctor: async (random) => {
      const world = await daemonWorld(random, { max: 1 });
      await world.queue(1 + some(random, 4));
      const [slot = ""] = world.provider.running();
      world.github.set(slot, { busy: true, status: "online" });
      world.provider.atWork.add(slot);
      await world.clock.advance(some(random, 20) * MINUTE);
      return world.doctor();
    },
  },
  {
    name: "a pool below its threshold, cooling down",
    mayWarn: false,
    doctor: async (random) => {
      const scaling = { min: 0, max: 4, queueThreshold: 10, cooldownSeconds: 1200 };
      const world = await daemonWorld(random, { scaling });
      await world.queue(some(random, 4));
      await world.clock.advance(some(random, 15) * MINUTE);
      return world.doctor();
    },
  },
  {
    name: "one start that failed, and is tried again",
    mayWarn: true,
    doctor: async (random) => {
      const world = await daemonWorld(random);
      world.provider.startHooks.push(() => {
        throw new SlotError("unreachable", "Docker does not answer.", "Wait.");
      });
      await world.queue(1);
      await world.clock.advance(100 * some(random, 10));
      return world.doctor();
    },
  },
  {
    name: "GitHub's limit, whose end GitHub has named",
    mayWarn: true,
    doctor: async (random) => {
      const world = await daemonWorld(random);
      const retryAtMs = world.clock.now() + 20 * MINUTE;
      for (let n = 0; n < 9; n += 1) {
        world.github.jitFaults.push(() => {
          throw gitHubError("rate-limited", { status: 403, retryAtMs });
        });
      }
      await world.queue(some(random, 3));
      await world.clock.advance(some(random, 10) * MINUTE);
      return world.doctor();
    },
  },
  {
    name: "a runner that ended without a job, once",
    mayWarn: true,
    doctor: async (random) => {
      const world = await daemonWorld(random, { max: 2 });
      await world.queue(1);
      const [slot = ""] = world.provider.running();
      world.provider.exit(slot, 1);
      await world.clock.advance(some(random, 20) * 1000);
      return world.doctor();
    },
  },
  {
    name: "a job that GitHub holds for an approval",
    mayWarn: false,
    doctor: async (random) => {
      const world = await daemonWorld(random);
      const waiting = signalOf(1, { action: "waiting", status: "waiting", receivedAtMs: world.clock.now() });
      world.dial.last.receive(batchOf(0, [waiting]));
      await world.clock.advance(some(random, 300) * MINUTE);
      return world.doctor();
    },
  },
  {
    name: "memory that running jobs take",
    mayWarn: true,
    doctor: async (random) => {
      const world = await daemonWorld(random, { max: 4 });
      await world.queue(1);
      await world.clock.advance(0);
      const room = { freeDiskBytes: () => 2 ** 40, freeMemoryBytes: () => 2 ** 20 * random() };
      return world.doctor({ room: { room, minFreeDiskBytes: 2 ** 30, minFreeMemoryBytes: 2 ** 28 } });
    },
  },
  {
    name: "a removal that takes its time",
    mayWarn: false,
    doctor: async (random) => {
      const world = await daemonWorld(random, { max: 2 });
      world.provider.removeHooks.push(() => {
        throw new SlotError("rejected", "the driver is busy", "Wait.");
      });
      await world.queue(1);
      await world.ends();
      await world.clock.advance(some(random, 4) * 1000);
      return world.doctor();
    },
  },
];
