import { OperatorError } from "../../shared/errors/operator-error.ts";
import type { Pool } from "../../shared/fleet/pool.ts";
import type { EngineCalls } from "../docker/transport.ts";
import type { ReplacedRecords } from "../journal/replaced-records.ts";

/** Everything a provider needs to bring one ephemeral runner to life. */
export interface SlotSpec {
  /** Runner name and container name in one, at most 63 characters of `[a-z0-9-]`; never used twice. */
  readonly name: string;
  readonly pool: Pool;
  /** The labels of its size, whose limits are in force in place of the pool's; none where it is absent. */
  readonly sizeLabels?: readonly string[];
  /** `owner` or `owner/name`: where the runner is registered. */
  readonly scope: string;
  /** GitHub's id of the registered runner. */
  readonly runnerId: number;
  /** The only credential that enters the slot; it is spent after one job. */
  readonly jitConfig: string;
}

/** What really exists, as the provider sees it. */
export interface ObservedSlot {
  readonly name: string;
  readonly poolKey: string;
  readonly scope: string;
  /** The labels of its size; none where it is absent. */
  readonly sizeLabels?: readonly string[];
  readonly runnerId: number | null;
  readonly state: "created" | "running" | "exited";
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** What it was made of (`poolHash`); null where an earlier version has not said. */
  readonly poolHash: string | null;
  /** The node of a swarm that it is on, and whether that is down; absent on a plain engine. */
  readonly node?: { readonly name: string; readonly down: boolean };
  /** The id of the data folder whose agent made it; null or absent where an earlier version has not said. */
  readonly folderId?: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
}

/** `resync` means: something may have been missed, list again. `silent`: nobody answers there; it is tried again. */
export type ContainerChange =
  | { readonly kind: "exited"; readonly name: string; readonly exitCode: number | null }
  | { readonly kind: "resync" }
  | { readonly kind: "silent" };

/** Told what a slot waits for, in the words of an engine that holds a queue of its own; null once it waits no more. */
export type OnWaits = (why: string | null) => void;

/** What an engine has told of its machine. */
export interface EngineFacts {
  /** `amd64`, `arm64`, or what the engine says. */
  readonly architecture: string;
  readonly memoryBytes: number;
  readonly engineVersion: string;
}

export type SlotErrorCode =
  | "unreachable" // no engine answers
  | "permission" // the socket is there, but not for us
  | "image" // the image is missing and could not be pulled
  | "name-taken" // somebody else holds the name
  | "rejected" // the engine refuses the container as specified
  | "start-failed" // created, but does not start
  | "no-room" // this machine is short of disk or memory
  | "no-node" // no node of the swarm has room
  | "host" // this machine cannot run any container of ours
  | "api-version"; // engine and agent share no API version

/** Why a provider could not do what was asked. */
export class SlotError extends OperatorError<SlotErrorCode> {}

/**
 * Makes, lists and removes slots. Docker is one provider; the demo and the simulation have one in process.
 * Only slots that carry the agent's own instance id are listed, stopped or removed.
 */
export interface SlotProvider {
  /** Gets ready for the pools (pulls images). Throws SlotError. */
  prepare(pools: readonly Pool[], signal: AbortSignal): Promise<void>;
  /**
   * Asked before a runner is registered: throws SlotError where this slot could not run on this machine now, and else
   * keeps room for it. A provider without it takes any.
   */
  admit?(name: string, pool: Pool, signal: AbortSignal): Promise<void>;
  /** A slot that was admitted does not come: its room is free again. */
  dismiss?(name: string): void;
  /** Creates and starts; leaves nothing behind when it fails. Resolves with the start time. Throws SlotError. */
  start(spec: SlotSpec, signal: AbortSignal, onWaits?: OnWaits): Promise<{ readonly startedAtMs: number }>;
  /** The truth, running or not. Throws SlotError. */
  list(signal: AbortSignal): Promise<readonly ObservedSlot[]>;
  /**
   * Reports changes until `signal` is aborted, then resolves. Reconnects by itself with backoff and sends
   * `resync` after each connection, the first included. Never rejects.
   */
  watch(onChange: (change: ContainerChange) => void, signal: AbortSignal): Promise<void>;
  /** Asks the slot to end and kills it after `graceMs`; one that is gone or stopped is a success. */
  stop(name: string, graceMs: number, signal: AbortSignal): Promise<void>;
  /** Removes a slot that is not running, volumes included; one that is gone is a success. */
  remove(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Whether the slot itself says that it runs a job, GitHub aside; null where it cannot be told. A provider without it
   * cannot tell. Throws SlotError.
   */
  working?(name: string, signal: AbortSignal): Promise<boolean | null>;
  /** Resolves once the host has answered anything at all. Throws SlotError. A provider without it always does. */
  ping?(signal: AbortSignal): Promise<void>;
  /** What the host is, as far as it has told. */
  host?(): EngineFacts | null;
  /** What the host is; it is asked where it has not told. Throws SlotError. A provider without it cannot tell. */
  describe?(signal: AbortSignal): Promise<EngineFacts>;
  /** Names of all containers that run on the host, whoever made them. A provider without it cannot tell. Throws SlotError. */
  containersRunning?(signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** What the host was asked so far, and whether it answers. A provider without it does not know. */
  asked?(): EngineCalls;
  /** When the image of a pool was built, milliseconds since the epoch; null where it does not say or was not seen yet. */
  imageBuiltAtMs?(pool: Pool): number | null;
  /** Told before anything else where it may keep what must outlive the process. A provider without it keeps nothing. */
  keepIn?(replaced: ReplacedRecords): void;
  /** The last lines that the slot printed; empty where the host cannot tell. */
  logTail(name: string, lines: number, signal: AbortSignal): Promise<string>;
}
