import * as z from "zod/mini";

/** Upper bounds of the latencies that are counted together, milliseconds; the last bin has none. */
export const LEG_BOUNDS_MS = [100, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000] as const;

/** What happened since the agent started. Nothing in it ever falls within one process. */
export const totalsSchema = z.object({
  /** Signals that were new, and those that had come before. */
  signals: z.number(),
  duplicates: z.number(),
  /** Times that the edge welcomed this agent. */
  welcomes: z.number(),
  sweeps: z.number(),
  /** Sweeps that could not read everything. */
  incompleteSweeps: z.number(),
  /** Calls to GitHub, those included that it answered with 304, and the repeated ones. */
  github: z.nullable(z.object({ calls: z.number(), notModified: z.number() })),
  /** Calls to the Docker Engine: answered, refused, and failed or without an answer. */
  docker: z.nullable(z.object({ ok: z.number(), refused: z.number(), failed: z.number() })),
  /** Jobs that ran here and ended. */
  jobs: z.array(z.object({ pool: z.string(), conclusion: z.string(), jobs: z.number(), runMs: z.number() })),
  /** Slots that ended, or that could not be started. */
  slots: z.array(z.object({ pool: z.string(), kind: z.string(), slots: z.number(), ranMs: z.number() })),
  /** How long each leg of those jobs took: `counts` by `LEG_BOUNDS_MS`, each without the bins before it. */
  legs: z.array(z.object({ leg: z.string(), counts: z.array(z.number()), sumMs: z.number() })),
});
export type Totals = z.output<typeof totalsSchema>;

/** Whether the local Docker Engine answers; null before the first call, and where no pool names it. */
export const engineSchema = z.object({ reachable: z.nullable(z.boolean()) });

/** The disk of HOOKLINE_DATA. */
export const diskSchema = z.object({ freeBytes: z.number(), totalBytes: z.number() });
