import { relative } from "node:path";

import type { Layout } from "./layout.ts";

export interface EnvironmentFacts {
  readonly edgeUrl: string;
  /** Null with a token in place of an App. */
  readonly appId: number | null;
  /** Null for github.com. */
  readonly githubApiUrl: string | null;
  readonly user: { readonly uid: number; readonly gid: number } | null;
  readonly layout: Layout;
  readonly cwd: string;
}

/** The .env beside the compose files: addresses and the names of files, no secret. */
export function environmentText(facts: EnvironmentFacts): string {
  const { edgeUrl, appId, githubApiUrl, user, layout, cwd } = facts;
  const path = (absolute: string): string => relative(cwd, absolute) || absolute;
  const lines = [
    "# Written by hookline init. Secrets stand in the files that it names, not here.",
    "# The compose files read it; so does, from the repository's root: node --env-file=config/.env agent/main.ts agent",
    `HOOKLINE_EDGE_URL=${edgeUrl}`,
    ...(githubApiUrl === null ? [] : [`GITHUB_API_URL=${githubApiUrl}`]),
    ...(appId === null ? [] : [`GITHUB_APP_ID=${appId}`]),
    "# The user of the agent's container, who may read the secrets:",
    ...(user === null ? [] : [`HOOKLINE_UID=${user.uid}`, `HOOKLINE_GID=${user.gid}`]),
    "# Without a container; inside one the compose file says where they are:",
    `HOOKLINE_CONFIG=${path(layout.pools)}`,
    `HOOKLINE_TOKEN_FILE=${path(layout.token)}`,
    `GITHUB_WEBHOOK_SECRET_FILE=${path(layout.webhookSecret)}`,
    appId === null
      ? `GITHUB_TOKEN_FILE=${path(layout.githubToken)}`
      : `GITHUB_APP_PRIVATE_KEY_FILE=${path(layout.appKey)}`,
  ];
  return `${lines.join("\n")}\n`;
}
