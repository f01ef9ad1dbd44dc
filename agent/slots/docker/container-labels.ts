import * as z from "zod/mini";
import { poolHash, shortHash } from "../pool-hash.ts";
import type { ObservedSlot, SlotSpec } from "../slot-provider.ts";

const orElse = z.catch;

/** Whose container it is. An agent touches only those with its own value. */
export const INSTANCE_LABEL = "hookline.instance";
const POOL_LABEL = "hookline.pool";
const SCOPE_LABEL = "hookline.scope";
const SIZE_LABEL = "hookline.size";
const RUNNER_ID_LABEL = "hookline.runner-id";
const CREATED_LABEL = "hookline.created";
const SPEC_HASH_LABEL = "hookline.spec-hash";
const POOL_HASH_LABEL = "hookline.pool-hash";
const FOLDER_LABEL = "hookline.folder";

/** Image updaters that would replace a container in the middle of its job are told to keep away. */
export const HANDS_OFF: Readonly<Record<string, string>> = {
  "com.centurylinklabs.watchtower.enable": "false",
  "wud.watch": "false",
  "diun.enable": "false",
};

/** What a container's labels say of the slot in it; enough to adopt it after a restart. */
export interface SlotLabels {
  readonly instance: string;
  readonly poolKey: string;
  readonly scope: string;
  /** The labels of its size; none where it is absent. */
  readonly sizeLabels?: readonly string[];
  readonly runnerId: number | null;
  /** Milliseconds since the epoch, by the agent's clock. */
  readonly createdAtMs: number | null;
  /** Changes with what this version makes of the pool's settings on this host. */
  readonly specHash: string;
  /** Changes when the pool's settings change what its runners are made of; null where an earlier version wrote none. */
  readonly poolHash: string | null;
  /** The id of the data folder whose agent made it: tells two agents of one instance apart. Null where none was written. */
  readonly folderId: string | null;
}

const schema = z.pipe(
  z.object({
    [INSTANCE_LABEL]: z.string(),
    [POOL_LABEL]: orElse(z.string(), ""),
    [SCOPE_LABEL]: orElse(z.string(), ""),
    [SIZE_LABEL]: orElse(z.string(), ""),
    [RUNNER_ID_LABEL]: orElse(z.nullable(z.coerce.number().check(z.int(), z.positive())), null),
    [CREATED_LABEL]: orElse(z.nullable(z.coerce.number().check(z.int(), z.positive())), null),
    [SPEC_HASH_LABEL]: orElse(z.string(), ""),
    [POOL_HASH_LABEL]: orElse(z.nullable(z.string()), null),
    [FOLDER_LABEL]: orElse(z.nullable(z.string()), null),
  }),
  z.transform((labels): SlotLabels => ({
    instance: labels[INSTANCE_LABEL],
    poolKey: labels[POOL_LABEL],
    scope: labels[SCOPE_LABEL],
    // A label of a runner holds no comma.
    sizeLabels: labels[SIZE_LABEL].split(",").filter((label) => label !== ""),
    runnerId: labels[RUNNER_ID_LABEL],
    createdAtMs: labels[CREATED_LABEL],
    specHash: labels[SPEC_HASH_LABEL],
    poolHash: labels[POOL_HASH_LABEL],
    folderId: labels[FOLDER_LABEL],
  })),
);

export function writeSlotLabels(labels: SlotLabels): Record<string, string> {
  const { sizeLabels = [] } = labels;
  return {
    [INSTANCE_LABEL]: labels.instance,
    [POOL_LABEL]: labels.poolKey,
    [SCOPE_LABEL]: labels.scope,
    ...(sizeLabels.length === 0 ? {} : { [SIZE_LABEL]: sizeLabels.join(",") }),
    ...(labels.runnerId === null ? {} : { [RUNNER_ID_LABEL]: String(labels.runnerId) }),
    ...(labels.createdAtMs === null ? {} : { [CREATED_LABEL]: String(labels.createdAtMs) }),
    [SPEC_HASH_LABEL]: labels.specHash,
    ...(labels.poolHash === null ? {} : { [POOL_HASH_LABEL]: labels.poolHash }),
    ...(labels.folderId === null ? {} : { [FOLDER_LABEL]: labels.folderId }),
    ...HANDS_OFF,
  };
}

/** A slot that is about to be made, and by whom. */
export interface SlotToLabel {
  readonly spec: SlotSpec;
  readonly instance: string;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  /** The id of the agent's data folder; none where it is left out. */
  readonly folderId?: string | null;
}

/** The labels of a slot's container, or of its service; `madeOf` is all that this version makes of the pool's settings. */
export function labelsOfSlot(slot: SlotToLabel, madeOf: unknown): Record<string, string> {
  const { spec, instance, createdAtMs, folderId = null } = slot;
  const { pool, scope, sizeLabels = [], runnerId } = spec;
  return writeSlotLabels({
    instance,
    poolKey: pool.key,
    scope,
    sizeLabels,
    runnerId,
    createdAtMs,
    poolHash: poolHash(pool),
    folderId,
    specHash: shortHash(madeOf),
  });
}

/** What the labels alone say of a slot. */
export type LabelledSlot = Pick<
  ObservedSlot,
  "poolKey" | "scope" | "sizeLabels" | "runnerId" | "poolHash" | "folderId" | "createdAtMs"
>;

/** `createdAtMs` is the engine's word, which counts where the labels say nothing of the time. */
export function labelledSlot(labels: SlotLabels, createdAtMs: number | null): LabelledSlot {
  const { poolKey, scope, sizeLabels = [], runnerId, poolHash: hash, folderId } = labels;
  return {
    poolKey,
    scope,
    sizeLabels,
    runnerId,
    poolHash: hash,
    folderId,
    createdAtMs: labels.createdAtMs ?? createdAtMs ?? 0,
  };
}

/** Null when the container does not belong to this instance. */
export function readSlotLabels(labels: Readonly<Record<string, string>>, instance: string): SlotLabels | null {
  const parsed = schema.safeParse(labels);
  return parsed.success && parsed.data.instance === instance ? parsed.data : null;
}
