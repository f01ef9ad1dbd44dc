import type { Fleet, Pool } from "../../shared/fleet/pool.ts";
import { poolOf } from "../shared/controller/world.ts";
import type { AgentProcess, Disk, PlannedSlot } from "./agent-process.ts";
import type { SimJob } from "./github-jobs.ts";
import { RIVAL_LABEL, type Rival } from "./scenario.ts";
import { Violation } from "./violation.ts";

const RIVAL_POOL = "gpu";
/** The pool that every simulated world has. */
export const HOME = "home";

/** What a look at two pools on one machine needs to see. */
export interface RivalryView {
  readonly process: AgentProcess;
  readonly live: readonly SimJob[];
  /** Containers of all pools that take a place. */
  readonly alive: number;
}

/** A second pool on a machine with room for few slots, where one of the two goes first. */
export class Rivalry {
  readonly #rival: Rival;
  readonly #disk: Disk;
  /** Slots of the pool that goes second. */
  readonly #seen = new Set<string>();

  constructor(rival: Rival, disk: Disk) {
    this.#rival = rival;
    this.#disk = disk;
  }

  fleet(home: Pool): Fleet {
    const { max, maxSlots, goesFirst } = this.#rival;
    const { scope, scaling, container } = home;
    const bounds = { ...scaling, min: 0, max };
    const rival = poolOf({ key: RIVAL_POOL, labels: [RIVAL_LABEL], scope, scaling: bounds, container });
    const pools = goesFirst ? [home, { ...rival, priority: 1 }] : [{ ...home, priority: 1 }, rival];
    return { version: 2, maxSlots, pools };
  }

  /** Whether jobs of both pools wait while the machine is full, so that one of them has to go second. */
  isMet({ live, alive }: RivalryView): boolean {
    const waiting = live.filter(({ status }) => status === "queued");
    const isBoth = new Set(waiting.map(isOfRival)).size === 2;
    return isBoth && alive >= this.#rival.maxSlots;
  }

  /** What is broken at this moment: more slots than the machine may hold, or one begun before those that go first. */
  broken(view: RivalryView): Violation | null {
    const { maxSlots } = this.#rival;
    if (view.alive > maxSlots)
      return new Violation("promise 6", `${view.alive} containers on a machine for ${maxSlots}`);
    const begun = this.#begun();
    if (begun === null || view.process.dead || !this.#hasRoom(view.process)) return null;
    const passed = view.live.find((job) => this.#isPassed(job, begun.plannedAtMs, view.process));
    if (passed === undefined) return null;
    return new Violation("priority", `slot ${begun.name} was begun while job ${passed.id} of a higher priority waited`);
  }

  /** A slot of the pool that goes second that was begun since the last look. */
  #begun(): PlannedSlot | null {
    const slots = this.#disk.plannedSlots(this.#rival.goesFirst ? HOME : RIVAL_POOL);
    const begun = slots.find(({ name }) => !this.#seen.has(name));
    for (const { name } of slots) this.#seen.add(name);
    return begun ?? null;
  }

  /** Whether the pool that goes first may hold more slots than it does, as far as its own maximum goes. */
  #hasRoom({ agent }: AgentProcess): boolean {
    const first = this.#rival.goesFirst ? RIVAL_POOL : HOME;
    return agent.status.document(null).pools.some(({ key, held, max }) => key === first && held < max);
  }

  /** It was known before the slot was begun, and waits for the room that the slot took. */
  #isPassed(job: SimJob, beforeMs: number, { agent }: AgentProcess): boolean {
    if (job.status !== "queued" || isOfRival(job) !== this.#rival.goesFirst) return false;
    const [heard] = this.#disk.signals.exec("SELECT min(agent_at) AS at FROM signals WHERE job_id = ?", job.id);
    const atMs = heard?.["at"];
    if (typeof atMs !== "number" || atMs >= beforeMs) return false;
    return agent.status.job(job.id).waiting?.reason.code === "machine-full";
  }
}

function isOfRival({ labels }: SimJob): boolean {
  return labels.includes(RIVAL_LABEL);
}
