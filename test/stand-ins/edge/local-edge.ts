import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";

import { bundleWorker } from "./bundle-worker.ts";

export interface EdgeSecrets {
  readonly webhookSecret: string;
  readonly previousWebhookSecret?: string;
  readonly token: string;
  readonly previousToken?: string;
}

export interface LocalEdgeOptions extends EdgeSecrets {
  /** Where the Durable Object's storage lives; a folder of its own, removed at the end, when left out. */
  readonly persistIn?: string;
  /** A Worker that was bundled before, in place of this version's. */
  readonly worker?: string;
  /** A free one when left out. */
  readonly port?: number;
}

/** The real Worker in workerd on loopback. */
export interface LocalEdge {
  /** `http://127.0.0.1:PORT`, without a final slash. */
  readonly url: string;
  readonly webhookUrl: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Bundles the Worker with wrangler and runs it, with its own wrangler.toml, in the workerd that wrangler pins. */
export async function startLocalEdge(options: LocalEdgeOptions): Promise<LocalEdge> {
  const own = options.persistIn === undefined ? mkdtempSync(join(tmpdir(), "hookline-edge-")) : null;
  const miniflare = new Miniflare(await miniflareOptions(options, options.persistIn ?? own ?? ""));
  const url = (await miniflare.ready).href.replace(/\/$/, "");
  return {
    url,
    webhookUrl: `${url}/webhook`,
    port: Number(new URL(url).port),
    close: async () => {
      await miniflare.dispose();
      if (own !== null) rmSync(own, { recursive: true, force: true });
    },
  };
}

async function miniflareOptions(options: LocalEdgeOptions, persistIn: string) {
  // wrangler would tell standard output where it looked for secrets, which the demo's JSON must not share.
  process.env["WRANGLER_LOG"] ??= "none";
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(import.meta.dirname, "../../../wrangler.toml"));
  const converted = convertV4MiniflareOptions({
    workers: [
      {
        ...workerOptions,
        name: "hookline",
        modules: [{ type: "ESModule", path: "index.js", contents: options.worker ?? (await bundleWorker()) }],
        bindings: { ...(workerOptions.bindings as Record<string, string> | undefined), ...bindingsOf(options) },
      },
    ],
    host: "127.0.0.1",
    port: options.port ?? 0,
    cf: false,
  });
  return { ...converted, resourcePersistencePath: persistIn };
}

function bindingsOf(options: LocalEdgeOptions): Record<string, string> {
  const { previousWebhookSecret, previousToken } = options;
  return {
    GITHUB_WEBHOOK_SECRET: options.webhookSecret,
    HOOKLINE_TOKEN: options.token,
    ...(previousWebhookSecret === undefined ? {} : { GITHUB_WEBHOOK_SECRET_PREVIOUS: previousWebhookSecret }),
    ...(previousToken === undefined ? {} : { HOOKLINE_TOKEN_PREVIOUS: previousToken }),
    LOG_LEVEL: process.env["HOOKLINE_EDGE_LOG"] ?? "error",
  };
}
