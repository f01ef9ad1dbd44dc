import { parseArgs } from "node:util";

import * as z from "zod";

export const HELP = `Usage: pnpm demo [--docker | --swarm [--init-swarm]] [--standalone] [--jobs N] 
                 [--rate PER_SECOND | --burst] [--json]

The whole chain on this machine, with no account anywhere: the real Worker in workerd, the real agent, a GitHub on
loopback. It queues jobs, sends every delivery twice, prints the timeline of each job and ends by itself.

  --docker            slots are containers on this machine's Docker Engine (default: slots inside the agent's process)
  --swarm             slots are services of this engine's own swarm, if it is one of this engine alone
  --init-swarm        an engine that is in no swarm becomes one for the time of the demo, for this machine alone, and
                      leaves it at the end, after Ctrl-C too; a swarm that was there before is never left
  --standalone        the receiver as a plain Node process with the agent in it, in place of Worker and link
  --jobs N            how many jobs, 1 to 256 (default 5)
  --rate PER_SECOND   jobs that are queued each second, 0.1 to 100 (default 2)
  --burst             queue all jobs at once
  --json              print the report instead of the timeline
  --help              print this

Exit code: 0 every job ran and nothing is left, 1 it did not, 2 wrong usage, 130 Ctrl-C.
`;

const optionsSchema = z
  .object({
    help: z.boolean().default(false),
    docker: z.boolean().default(false),
    swarm: z.boolean().default(false),
    "init-swarm": z.boolean().default(false),
    standalone: z.boolean().default(false),
    json: z.boolean().default(false),
    burst: z.boolean().default(false),
    jobs: z.coerce.number({ error: "takes a number" }).int().min(1).max(256).default(5),
    rate: z.coerce.number({ error: "takes a number" }).min(0.1).max(100).optional(),
  })
  .refine((options) => !(options.burst && options.rate !== undefined), {
    error: "--rate and --burst exclude each other",
  })
  .refine((options) => options.swarm || !options["init-swarm"], { error: "--init-swarm goes with --swarm" })
  .refine((options) => !(options.swarm && options.docker), { error: "--docker and --swarm exclude each other" })
  .transform(({ burst, rate, docker, swarm, "init-swarm": initSwarm, ...rest }) => ({
    ...rest,
    initSwarm,
    slots: swarm ? ("swarm" as const) : docker ? ("docker" as const) : ("in-process" as const),
    gapMs: burst ? 0 : 1000 / (rate ?? 2),
  }));

/** What the demo is to do; `slots` is where they are, `gapMs` the time between two jobs. */
export type DemoOptions = z.output<typeof optionsSchema>;

/** Reads the command line. Gives the problem as text when it cannot be understood. */
export function readDemoOptions(args: readonly string[]): DemoOptions | { readonly wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: "boolean", short: "h" },
        docker: { type: "boolean" },
        swarm: { type: "boolean" },
        "init-swarm": { type: "boolean" },
        standalone: { type: "boolean" },
        json: { type: "boolean" },
        burst: { type: "boolean" },
        jobs: { type: "string" },
        rate: { type: "string" },
      },
    });
    const parsed = optionsSchema.safeParse(values);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    return { wrong: `${issue?.path.length ? `--${issue.path.join(".")} ` : ""}${issue?.message ?? "wrong options"}` };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
}
