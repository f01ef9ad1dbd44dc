import type { components } from "@octokit/openapi-types";
import * as z from "zod/mini";

export type Official = components["schemas"];

/** A published type as JSON.parse gives it: whole numbers are numbers. */
type Parsed<T> = { [Key in keyof T]: Exclude<T[Key], bigint> };

/** Takes a schema only if GitHub's published type fits it: a field that GitHub may leave out must be optional here. */
export function fits<T>(): <S extends z.core.$ZodType>(
  schema: S & (Parsed<T> extends z.input<S> ? unknown : never),
) => S {
  return (schema) => schema;
}

/*
 * Only the fields that are used. Enums are open: a value that GitHub adds is no error. None of these transforms,
 * so that what was read once can be kept and read again by the same schema.
 */

export const runner = fits<Official["runner"]>()(
  z.object({
    id: z.number(),
    name: z.string(),
    status: z.string(),
    busy: z.boolean(),
    labels: z.array(z.object({ name: z.string() })),
  }),
);
export type RunnerAnswer = z.infer<typeof runner>;

export const runnersPage = z.object({ total_count: z.number(), runners: z.array(runner) });

export const jitRunner = z.object({ runner, encoded_jit_config: z.string().check(z.minLength(1)) });

const runnerGroup = z.object({
  id: z.number(),
  name: z.string(),
  default: z.optional(z.boolean()),
  inherited: z.optional(z.boolean()),
});

export const runnerGroupsPage = z.object({
  total_count: z.number(),
  runner_groups: z.array(fits<Official["runner-groups-org"]>()(runnerGroup)),
});

const run = fits<Official["workflow-run"]>()(
  z.object({
    id: z.number(),
    status: z.nullable(z.string()),
    created_at: z.optional(z.string()),
    repository: z.optional(z.object({ full_name: z.string(), private: z.boolean() })),
  }),
);
export type RunAnswer = z.infer<typeof run>;

export const runsPage = z.object({ total_count: z.number(), workflow_runs: z.array(run) });

export const job = fits<Official["job"]>()(
  z.object({
    id: z.number(),
    run_id: z.number(),
    run_attempt: z.optional(z.number()),
    name: z.string(),
    status: z.string(),
    conclusion: z.nullable(z.string()),
    labels: z.array(z.string()),
    runner_name: z.nullish(z.string()),
    created_at: z.nullish(z.string()),
    started_at: z.nullish(z.string()),
    completed_at: z.nullish(z.string()),
  }),
);
export type JobAnswer = z.infer<typeof job>;

export const jobsPage = z.object({ total_count: z.number(), jobs: z.array(job) });

export const repositoriesPage = z.array(
  fits<Official["minimal-repository"]>()(
    z.object({
      full_name: z.string(),
      private: z.boolean(),
      archived: z.optional(z.boolean()),
      disabled: z.optional(z.boolean()),
      pushed_at: z.nullish(z.string()),
    }),
  ),
);

const listedRepository = z.object({
  id: z.number(),
  full_name: z.string(),
  private: z.boolean(),
  fork: z.boolean(),
  archived: z.boolean(),
  disabled: z.optional(z.boolean()),
  pushed_at: z.nullish(z.string()),
});
export type ListedRepositoryAnswer = z.infer<typeof listedRepository>;

/** Of a token, which gets a list. */
export const ownRepositoriesPage = z.array(fits<Official["repository"]>()(listedRepository));
/** Of an App's installation, which gets the list and its length. */
export const installedRepositoriesPage = z.object({
  total_count: z.number(),
  repositories: z.array(fits<Official["repository"]>()(listedRepository)),
});
export const oneRepository = fits<Official["full-repository"]>()(listedRepository);

export const user = fits<Official["simple-user"]>()(z.object({ login: z.string() }));
export const app = fits<NonNullable<Official["integration"]>>()(z.object({ name: z.string() }));
export const installation = fits<Official["installation"]>()(z.object({ id: z.number() }));
export const installationToken = fits<Official["installation-token"]>()(
  z.object({ token: z.string().check(z.minLength(1)), expires_at: z.iso.datetime({ offset: true }) }),
);

const bucket = z.object({ limit: z.number(), remaining: z.number(), reset: z.number() });
export const rateLimits = fits<Official["rate-limit-overview"]>()(z.object({ resources: z.object({ core: bucket }) }));

/** A time as GitHub writes it, in milliseconds since the epoch; null when there is none that can be read. */
export function instantMs(text: string | null | undefined): number | null {
  const ms = text === null || text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
