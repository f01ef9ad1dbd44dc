import type { WaitReason } from "../../shared/controller/wait-reason-schema.ts";
import type { Mender } from "../../shared/controller/wait-remedy.ts";

/** Who told it: the daemon that runs, the journal of one that may not, or GitHub by the rules of the pools file. */
export type WhySource = "daemon" | "journal" | "github";

/** Where a job stands, why, and what would change it. Times are milliseconds since the epoch. */
export interface WhyAnswer {
  readonly jobId: number;
  readonly repository: string | null;
  readonly name: string | null;
  readonly state: "waiting" | "running" | "ended";
  readonly reason: WaitReason;
  /** The reason as a sentence. */
  readonly why: string;
  readonly remedy: string;
  readonly mender: Mender;
  readonly source: WhySource;
  readonly pool: string | null;
  /** The runner that has or had it, this agent's or another's. */
  readonly runner: string | null;
  readonly sinceMs: number | null;
  /** For how long it ran. */
  readonly ranMs: number | null;
  readonly conclusion: string | null;
  /** When this was true. */
  readonly atMs: number;
}
