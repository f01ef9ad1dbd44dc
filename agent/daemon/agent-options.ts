import type { Clock, Random } from "../../shared/clock/clock.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import type { DeliveryLog, GitHubHook } from "../github/model/delivery-log.ts";
import type { GitHub } from "../github/model/types.ts";
import type { Dial } from "../link/dial.ts";
import type { MachineFacts } from "../house/machine-facts.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";
import type { Credential } from "../status/agent-status.ts";

/** What the daemon is made of. */
export interface AgentOptions {
  /** Name of this agent, in every runner and container name. */
  readonly instance: string;
  /** The id of its data folder, on every container; without one, other agents of its name go unnoticed. */
  readonly folderId?: string | null;
  /** Tends this pool alone and leaves the slots of all others as they are; every pool where it is absent. */
  readonly onlyPool?: string | null;
  /** A fresh id of this start. */
  readonly boot: string;
  readonly host: string;
  /** As its pools file says at the start. */
  readonly fleet: Fleet;
  /** Architecture of the host that runs the containers. */
  readonly architecture: "amd64" | "arm64";
  readonly github: GitHub;
  /** Where people see GitHub; github.com where it is left out. */
  readonly webUrl?: string;
  readonly provider: SlotProvider;
  /** Null for an agent that lives by sweeps alone. */
  readonly dial: Dial | null;
  /** Every write on disk before it returns: signals are acknowledged on its word. */
  readonly journalSql: SqlDatabase;
  /** Survives the process; may lose the last moments to a power failure, after which containers tell the truth. */
  readonly slotsSql: SqlDatabase;
  /** GitHub's log of the hooks that deliver to our receiver; null where there is none to look into. */
  readonly deliveries?: { readonly log: DeliveryLog; readonly isOurs: (hook: GitHubHook) => boolean } | null;
  /** What the GitHub client has called so far, for the record of each sweep. */
  readonly spent?: () => { readonly calls: number; readonly notModified: number };
  /** What GitHub leaves of the credential's limits; not known unless it is given. */
  readonly credential?: () => Credential;
  /** The disk of the data folder; null where it cannot be measured. Not known unless it is given. */
  readonly disk?: () => { readonly freeBytes: number; readonly totalBytes: number } | null;
  /** Signals that the edge has given up on, and when it said so on the monotonic clock; not known unless it is given. */
  readonly deadLetters?: () => { readonly count: number; readonly askedMs: number } | null;
  /** What this machine does beside jobs; by /proc where it is left out. */
  readonly facts?: MachineFacts;
  readonly sweepIntervalMs: number;
  /** Called at the end of each sweep. */
  readonly onSwept?: () => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}
