import { join } from "node:path";

/** Where init puts things. `folder` is what config/compose.yaml lies in; paths are absolute. */
export interface Layout {
  readonly state: string;
  readonly environment: string;
  readonly pools: string;
  readonly secrets: string;
  readonly webhookSecret: string;
  readonly token: string;
  readonly githubToken: string;
  readonly appKey: string;
  /** What GitHub handed over of an App, until it has its place. */
  readonly appHandover: string;
  /** What wrangler is handed and what it reports, for the time of a deploy. */
  readonly workerSecrets: string;
  readonly wranglerOutput: string;
}

/** Where the record of what init has done lies, whatever it was told. */
export function statePath(cwd: string): string {
  return join(cwd, ".hookline", "init.json");
}

export function layoutIn(cwd: string, folder: string): Layout {
  const secrets = join(folder, "secrets");
  return {
    state: statePath(cwd),
    environment: join(folder, ".env"),
    pools: join(folder, "pools.yaml"),
    secrets,
    webhookSecret: join(secrets, "github_webhook_secret"),
    token: join(secrets, "hookline_token"),
    githubToken: join(secrets, "github_token"),
    appKey: join(secrets, "github_app_private_key"),
    appHandover: join(secrets, "github_app_handover.json"),
    workerSecrets: join(secrets, "worker-secrets.json"),
    wranglerOutput: join(cwd, ".hookline", "wrangler-output.ndjson"),
  };
}
