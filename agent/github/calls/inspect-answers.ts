import * as z from "zod";

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
        default: z.boolean().optional(),
        inherited: z.boolean().optional(),
        restricted_to_workflows: z.boolean().optional(),
        selected_workflows: z.array(z.string()).optional(),
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
  z.object({ resources: z.object({ core: bucket, actions_runner_registration: bucket.optional() }) }),
);

export const releasesPage = z.array(
  fits<Official["release"]>()(
    z.object({
      tag_name: z.string(),
      draft: z.boolean(),
      prerelease: z.boolean(),
      published_at: z.string().nullable(),
    }),
  ),
);

export const runnerVersionsPage = z.object({
  total_count: z.number(),
  runners: z.array(
    fits<Official["runner"]>()(z.object({ id: z.number(), name: z.string(), version: z.string().nullish() })),
  ),
});

export const anyRuns = z.object({ total_count: z.number() });
