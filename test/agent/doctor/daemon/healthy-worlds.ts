import type { CheckResult } from "../../../../agent/doctor/check/check.ts";
import { SlotError } from "../../../../agent/slots/slot-provider.ts";
import type { Random } from "../../../../shared/clock/clock.ts";
import { gitHubError } from "../../../stand-ins/github/fake-github.ts";
import { signalOf, batchOf } from "../../daemon/agent-fixture.ts";
import { doctorAfter, MINUTE, roomWith } from "./daemon-world.ts";

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
    doctor: doctorAfter(async (world, random) => {
      await world.clock.advance(some(random, 200) * MINUTE);
    }),
  },
  {
    name: "jobs whose runners are on their way",
    mayWarn: false,
    doctor: doctorAfter(async (world, random) => {
      world.provider.startMs = 20_000;
      await world.queue(some(random, 3));
      await world.clock.advance(5000);
    }),
  },
  {
    name: "a pool that is full for some minutes",
    mayWarn: false,
    doctor: doctorAfter(
      async (world, random) => {
        await world.queue(1 + some(random, 4));
        const [slot = ""] = world.provider.running();
        world.github.set(slot, { busy: true, status: "online" });
        world.provider.atWork.add(slot);
        await world.clock.advance(some(random, 20) * MINUTE);
      },
      { max: 1 },
    ),
  },
  {
    name: "a pool below its threshold, cooling down",
    mayWarn: false,
    doctor: doctorAfter(
      async (world, random) => {
        await world.queue(some(random, 4));
        await world.clock.advance(some(random, 15) * MINUTE);
      },
      { scaling: { min: 0, max: 4, queueThreshold: 10, cooldownSeconds: 1200 } },
    ),
  },
  {
    name: "one start that failed, and is tried again",
    mayWarn: true,
    doctor: doctorAfter(async (world, random) => {
      world.provider.startHooks.push(() => {
        throw new SlotError("unreachable", "Docker does not answer.", "Wait.");
      });
      await world.queue(1);
      await world.clock.advance(100 * some(random, 10));
    }),
  },
  {
    name: "GitHub's limit, whose end GitHub has named",
    mayWarn: true,
    doctor: doctorAfter(async (world, random) => {
      const retryAtMs = world.clock.now() + 20 * MINUTE;
      for (let n = 0; n < 9; n += 1) {
        world.github.jitFaults.push(() => {
          throw gitHubError("rate-limited", { status: 403, retryAtMs });
        });
      }
      await world.queue(some(random, 3));
      await world.clock.advance(some(random, 10) * MINUTE);
    }),
  },
  {
    name: "a runner that ended without a job, once",
    mayWarn: true,
    doctor: doctorAfter(
      async (world, random) => {
        await world.queue(1);
        const [slot = ""] = world.provider.running();
        world.provider.exit(slot, 1);
        await world.clock.advance(some(random, 20) * 1000);
      },
      { max: 2 },
    ),
  },
  {
    name: "a job that GitHub holds for an approval",
    mayWarn: false,
    doctor: doctorAfter(async (world, random) => {
      const waiting = signalOf(1, { action: "waiting", status: "waiting", receivedAtMs: world.clock.now() });
      world.dial.last.receive(batchOf(0, [waiting]));
      await world.clock.advance(some(random, 300) * MINUTE);
    }),
  },
  {
    name: "memory that running jobs take",
    mayWarn: true,
    doctor: doctorAfter(
      async (world, random) => {
        await world.queue(1);
        await world.clock.advance(0);
        return { room: roomWith({ freeMemoryBytes: () => 2 ** 20 * random() }) };
      },
      { max: 4 },
    ),
  },
  {
    name: "a removal that takes its time",
    mayWarn: false,
    doctor: doctorAfter(
      async (world, random) => {
        world.provider.removeHooks.push(() => {
          throw new SlotError("rejected", "the driver is busy", "Wait.");
        });
        await world.queue(1);
        await world.ends();
        await world.clock.advance(some(random, 4) * 1000);
      },
      { max: 2 },
    ),
  },
];
