import * as z from "zod";

import type { ListedRepository } from "../../shared/fleet/repository-patterns.ts";

const body = z.object({
  repository: z.object({
    full_name: z.string(),
    private: z.boolean(),
    fork: z.boolean(),
    archived: z.boolean(),
    disabled: z.boolean().default(false),
  }),
});

/** What a payload says of its repository, as GitHub's lists say it; nothing where it was cut down to less. */
export function listedIn(payload: unknown): readonly ListedRepository[] {
  const read = body.safeParse(payload);
  if (!read.success) return [];
  const { full_name: fullName, private: isPrivate, fork, archived, disabled } = read.data.repository;
  return [{ fullName, isPrivate, fork, archived: archived || disabled }];
}
