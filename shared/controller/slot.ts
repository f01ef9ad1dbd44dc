import { LOCAL_ENGINE } from "../fleet/engine.ts";
import { SLOT_TRANSITIONS, type SlotInput, type SlotState } from "./slot-transitions.ts";

/** What put a slot into its state: the input, who told it and when. */
export interface SlotEvidence {
  readonly input: SlotInput;
  /** The job that named it, where it was a job. */
  readonly jobId: number | null;
  readonly atMs: number;
}

/** One slot with the evidence for what is believed of it. Times are milliseconds since the epoch. */
export interface Slot {
  readonly name: string;
  readonly pool: string;
  /** Lower-case `owner` or `owner/name` that its runner is registered with. */
  readonly scope: string;
  /** The labels of its size, beside those of its pool; empty for one that was started without a job or for one without. */
  readonly sizeLabels: readonly string[];
  /** The engine that it is on, or is being made on. */
  readonly engine: string;
  /** The node of a swarm that it is on; null where it is on none, or is not known. */
  node: string | null;
  /** Since when its node is down; null while it is not. */
  nodeDownAtMs: number | null;
  /** What it waits for, in the words of an engine that holds a queue of its own; null while it waits for nothing. */
  waitsFor: string | null;
  state: SlotState;
  /** Why it is in this state. */
  because: SlotEvidence;
  runnerId: number | null;
  plannedAtMs: number;
  startedAtMs: number | null;
  exitedAtMs: number | null;
  /** The job that was seen on it, running or done. */
  jobId: number | null;
  /** Start of the last inventory that listed its runner as online and idle. */
  idleSeenAtMs: number | null;
  /** Start of the last inventory that listed its runner as busy, or when a DELETE was refused for that reason. */
  busySeenAtMs: number | null;
  /** Start of the last complete inventory that did not see it online. */
  offlineSeenAtMs: number | null;
  /** Start of the first of the complete inventories in a row that did not list it at all. */
  absentSinceMs: number | null;
  /** Since when nobody needs it; null while somebody does. */
  surplusSinceMs: number | null;
  /** Its pool's settings have changed since: it covers no job, and goes when it is idle. */
  outdated: boolean;
  /** The operator wants it gone: it covers no job, and goes when it is idle. */
  retireAsked: boolean;
  /** Since when GitHub's passing it over has made it cover no job; null while it does. */
  doubtedAtMs: number | null;
  /** A runner that was started since was given a job, and it was not. */
  outdone: boolean;
  /** It is being taken away and does not count as cover. */
  retiring: boolean;
  /** When taking it away last failed: evidence from before proves nothing any more. */
  keptAtMs: number;
}

/** A slot in its first state: an intent, or a container that was found. */
export function newSlot(
  name: string,
  place: {
    readonly pool: string;
    readonly scope: string;
    readonly sizeLabels?: readonly string[];
    readonly engine?: string;
  },
  input: "planned" | "adopted",
  atMs: number,
): Slot {
  const { pool, scope, sizeLabels = [], engine = LOCAL_ENGINE } = place;
  return {
    name,
    pool,
    scope,
    sizeLabels,
    engine,
    node: null,
    nodeDownAtMs: null,
    waitsFor: null,
    state: SLOT_TRANSITIONS.removed[input],
    because: { input, jobId: null, atMs },
    runnerId: null,
    plannedAtMs: atMs,
    startedAtMs: null,
    exitedAtMs: null,
    jobId: null,
    idleSeenAtMs: null,
    busySeenAtMs: null,
    offlineSeenAtMs: null,
    absentSinceMs: null,
    surplusSinceMs: null,
    outdated: false,
    retireAsked: false,
    doubtedAtMs: null,
    outdone: false,
    retiring: false,
    keptAtMs: 0,
  };
}

const TIMES = [
  "plannedAtMs",
  "startedAtMs",
  "exitedAtMs",
  "idleSeenAtMs",
  "busySeenAtMs",
  "offlineSeenAtMs",
  "absentSinceMs",
  "surplusSinceMs",
  "doubtedAtMs",
  "nodeDownAtMs",
] as const;

/** Moves all that is kept of a slot's times by so much. */
export function shiftSlot(slot: Slot, byMs: number): void {
  for (const time of TIMES) {
    const atMs = slot[time];
    if (atMs !== null) slot[time] = atMs + byMs;
  }
  if (slot.keptAtMs > 0) slot.keptAtMs += byMs;
  slot.because = { ...slot.because, atMs: slot.because.atMs + byMs };
}

/** Moves a slot by the table, and keeps the evidence if that changed its state. */
export function step(slot: Slot, input: SlotInput, atMs: number, jobId: number | null = null): void {
  const next = SLOT_TRANSITIONS[slot.state][input];
  if (next === slot.state) return;
  slot.state = next;
  slot.because = { input, jobId, atMs };
}

/** Whether any source says that it runs a job. */
export function isBusy(slot: Slot): boolean {
  return slot.state === "busy";
}

/** Whether it can still take a job. */
export function canTakeJob(slot: Slot): boolean {
  return !slot.retiring && TAKES_JOBS[slot.state];
}

/** Whether it shall go for a reason of its own: it covers no job, and no other slot is held against it. */
export function isUnwanted(slot: Slot): boolean {
  return slot.outdated || slot.retireAsked;
}

/** A runner is online a few seconds after its container started; one that is not by then is no longer counted on. */
const DOUBTFUL_AFTER_MS = 60_000;

/** Since when it has not been seen online: its start, or the last inventory that did see it. */
export function unseenSinceMs(slot: Slot): number {
  return Math.max(slot.startedAtMs ?? 0, slot.idleSeenAtMs ?? 0, slot.busySeenAtMs ?? 0);
}

/** Whether nothing is said against it: it can take a job, and no inventory has found it offline for a minute. */
function covers(slot: Slot): boolean {
  if (!canTakeJob(slot)) return false;
  const isDoubtful = (slot.offlineSeenAtMs ?? 0) - unseenSinceMs(slot) >= DOUBTFUL_AFTER_MS;
  return slot.state !== "started" || !isDoubtful;
}

/**
 * The slots that jobs can count on. Of those of a pool that do not come online only the oldest is given up at a time, and
 * none beside one that GitHub passes over: where no runner comes online, more of them would not either. On an engine that
 * is silent only those count that GitHub has listed as idle since.
 */
export function coveringSlots(slots: Iterable<Slot>, engines: Silences = NONE_SILENT): ReadonlySet<Slot> {
  const valid = [...slots].filter((slot) => canTakeJob(slot) && !isUnwanted(slot) && !isUnseen(slot, engines));
  const able = valid.filter(({ doubtedAtMs }) => doubtedAtMs === null);
  const inDoubt = new Set(valid.filter(({ doubtedAtMs }) => doubtedAtMs !== null).map(({ pool }) => pool));
  const doubtful = Map.groupBy(
    able.filter((slot) => !covers(slot)),
    ({ pool }) => pool,
  );
  const spared = [...doubtful].flatMap(([pool, each]) =>
    each.toSorted(olderSlotFirst).slice(inDoubt.has(pool) ? 0 : 1),
  );
  return new Set([...able.filter(covers), ...spared]);
}

/** Since when an engine has been silent; null for one that answers. */
interface Silences {
  silentSinceMs(engine: string): number | null;
}
const NONE_SILENT: Silences = { silentSinceMs: () => null };

/** Whether its engine is silent or its node down, and GitHub has not listed it as idle since: nobody knows whether it is there. */
export function isUnseen({ engine, nodeDownAtMs, idleSeenAtMs }: Slot, engines: Silences): boolean {
  const sinceMs = engines.silentSinceMs(engine) ?? nodeDownAtMs;
  return sinceMs !== null && (idleSeenAtMs ?? Number.NEGATIVE_INFINITY) < sinceMs;
}

/** In the order in which they were planned. */
export function olderSlotFirst(a: Slot, b: Slot): number {
  return a.plannedAtMs - b.plannedAtMs || (a.name < b.name ? -1 : 1);
}

const TAKES_JOBS: Readonly<Record<SlotState, boolean>> = {
  planned: true,
  registered: true,
  started: true,
  online: true,
  busy: false,
  spent: false,
  lost: false,
  exited: false,
  removed: false,
};
