import type { OperatorPause } from "./operator-pause.ts";
import type { JobFacts } from "../workflow-job/job-facts.ts";
import type { PlacedPause } from "./pool-pauses.ts";

/** Who told a fact. */
export type Source = "signal" | "open-jobs" | "sweep";

/** Something that was learnt. `atMs` is when, on the agent's clock, in milliseconds since the epoch. */
export type ControllerEvent =
  | JobEvent
  | QueueSweepEvent
  | InventoryEvent
  | SlotEvent
  /** Something is being done about a ghost; it is one again only if a later inventory still lists it. */
  | { readonly type: "ghost-handled"; readonly name: string }
  /** What this machine does beside jobs, by the pools that heed it; a pool that is not among them heeds nothing. */
  | { readonly type: "house"; readonly atMs: number; readonly words: ReadonlyMap<string, HouseWord> }
  /** The operator drains a pool, or ends the drain. */
  | { readonly type: "drain"; readonly pool: string; readonly on: boolean }
  /** The operator pauses the whole fleet, or ends that. */
  | { readonly type: "operator-pause"; readonly pause: OperatorPause | null }
  /** The plan found these slots to be needed by nobody; the time since when is what retiring goes by. */
  | { readonly type: "surplus"; readonly atMs: number; readonly names: ReadonlySet<string> }
  | DoubtsEvent
  /** The operator has set how many slots there may be, in all or on an engine, or set no bound; everything else of pools is handed to the plan. */
  | { readonly type: "bound"; readonly maxSlots: number | null; readonly engines: ReadonlyMap<string, number> }
  /** An engine answers, or does not: what is on it cannot be seen, and nothing is started there. */
  | { readonly type: "engine"; readonly atMs: number; readonly name: string; readonly answers: boolean }
  /** What an earlier process knew of a slot that was adopted: since when nobody has needed it. */
  | { readonly type: "cooldown-recalled"; readonly name: string; readonly sinceMs: number }
  /** A pause that the daemon told of, to a process that only looks. */
  | { readonly type: "pause-recalled"; readonly pause: PlacedPause }
  /** The machine's clock was set: `atMs` is the new time, `byMs` the difference. What is kept moves along. */
  | { readonly type: "clock-set"; readonly atMs: number; readonly byMs: number }
  | { readonly type: "forget"; readonly atMs: number };

/** What of a pool's `holdWhile` is so, and what of it cannot be seen, in words. */
export interface HouseWord {
  readonly holds: readonly string[];
  readonly unseen: readonly string[];
}

/** The plan doubts these slots, and jobs wait for these pools. */
export interface DoubtsEvent {
  readonly type: "doubts";
  readonly atMs: number;
  readonly doubted: readonly string[];
  readonly waiting: ReadonlySet<string>;
}

export interface JobEvent {
  readonly type: "job";
  readonly atMs: number;
  readonly source: Source;
  readonly facts: JobFacts;
  /** When it was true at the latest: when the agent got the signal, or when the sweep began. */
  readonly seenAtMs: number;
  /** The delivery that told it, where it was a signal. */
  readonly guid?: string;
}

export interface QueueSweepEvent {
  readonly type: "queue-sweep";
  readonly atMs: number;
  readonly startedAtMs: number;
  readonly jobs: readonly JobFacts[];
  /** Jobs that GitHub was asked for by their id, and has not, in repositories that it shows. */
  readonly absent: readonly number[];
}

export interface InventoryEvent {
  readonly type: "inventory";
  readonly atMs: number;
  readonly startedAtMs: number;
  /** Lower-case `owner` or `owner/name`. */
  readonly scope: string;
  readonly complete: boolean;
  readonly runners: readonly InventoryRunner[];
}

export interface InventoryRunner {
  readonly id: number;
  readonly name: string;
  readonly online: boolean;
  readonly busy: boolean;
}

export type SlotEvent = { readonly type: "slot"; readonly atMs: number; readonly name: string } & SlotChange;

export type SlotChange =
  /** A place was taken: an intent is in the journal, nothing exists yet. */
  | {
      readonly change: "planned";
      readonly pool: string;
      readonly scope: string;
      /** The labels of its size; a runner without any where it is absent. */
      readonly sizeLabels?: readonly string[];
      /** Where it is made; on the local one where it is absent. */
      readonly engine?: string;
    }
  /** GitHub knows the runner. */
  | { readonly change: "registered"; readonly runnerId: number }
  /** Its engine has no room for it yet, in the engine's own words; null once it has. */
  | { readonly change: "waits"; readonly why: string | null }
  /** Its container runs. */
  | { readonly change: "started" }
  /** A container of ours was found that this process did not start, or the journal tells of one on a silent engine. */
  | {
      readonly change: "adopted";
      readonly pool: string;
      readonly scope: string;
      readonly engine?: string;
      readonly runnerId: number | null;
      readonly startedAtMs: number;
      readonly sizeLabels?: readonly string[];
    }
  /** Its runner is made of settings that its pool had before. */
  | { readonly change: "outdated" }
  /** The node of a swarm that it is on, and whether that is down: then nobody knows whether the slot is there. */
  | { readonly change: "node"; readonly node: string; readonly down: boolean }
  /** The operator wants it gone: once it is idle, or after its job. */
  | { readonly change: "retire-asked" }
  /** Its container ended. */
  | { readonly change: "exited"; readonly exitCode: number | null }
  /** Nothing of it is left: container gone, registration gone or GitHub's to clean up. */
  | { readonly change: "removed" }
  /** It could not be brought up; nothing of it is left. The pool pauses until `retryAtMs`, or backs off if null. */
  | { readonly change: "failed"; readonly code: string; readonly retryAtMs: number | null }
  /** It is being taken away and must not count as cover. */
  | { readonly change: "retiring" }
  /** The registration of a slot that ended without a job being seen on it was taken back; what GitHub answered. */
  | { readonly change: "withdrawn"; readonly pool: string; readonly answer: "deleted" | "gone" | "busy" }
  /** It was not taken away after all: GitHub says that it is busy, or could not be asked. */
  | { readonly change: "kept"; readonly busy: boolean };
