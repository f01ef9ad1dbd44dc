import * as z from "zod/mini";

import { fits, type Official } from "../model/answers.ts";

export const groupsPage = z.object({
  total_count: z.number(),
  runner_groups: z.array(
    fits<Official["runner-groups-org"]>()(
      z.object({
        id: z.number(),
        name: z.string(),
        visibility: z.string(),
        allows_public_repositories: z.boolean(),
        default: z.optional(z.boolean()),
        inherited: z.optional(z.boolean()),
        restricted_to_workflows: z.optional(z.boolean()),
        selected_workflows: z.optional(z.array(z.string())),
      }),
    ),
  ),
});

export const groupRepositoriesPage = z.object({
  total_count: z.number(),
  repositories: z.array(fits<Official["minimal-repository"]>()(z.object({ full_name: z.string() }))),
});

export const repository = fits<Official["full-repository"]>()(
  z.object({ full_name: z.string(), private: z.boolean(), archived: z.boolean() }),
);

const bucket = z.object({ limit: z.number(), remaining: z.number(), reset: z.number() });
export const buckets = fits<Official["rate-limit-overview"]>()(
  z.object({ resources: z.object({ core: bucket, actions_runner_registration: z.optional(bucket) }) }),
);

export const releasesPage = z.array(
  fits<Official["release"]>()(
    z.object({
      tag_name: z.string(),
      draft: z.boolean(),
      prerelease: z.boolean(),
      published_at: z.nullable(z.string()),
    }),
  ),
);

export const runnerVersionsPage = z.object({
  total_count: z.number(),
  runners: z.array(
    fits<Official["runner"]>()(z.object({ id: z.number(), name: z.string(), version: z.nullish(z.string()) })),
  ),
});

export const anyRuns = z.object({ total_count: z.number() });
