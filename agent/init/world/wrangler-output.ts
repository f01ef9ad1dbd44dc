import * as z from "zod";

import { InitError } from "./init-error.ts";

const deployEntry = z.object({
  type: z.literal("deploy"),
  worker_name: z.string().nullable(),
  targets: z.array(z.string()).optional(),
});

export interface Deployed {
  readonly name: string;
  /** `https://HOST`, without a final slash; null where wrangler named no address that a webhook could go to. */
  readonly url: string | null;
}

/**
 * What a deploy did, from the file of one JSON object a line that it writes where WRANGLER_OUTPUT_FILE_PATH
 * says. Of its targets, workers.dev addresses carry their protocol, custom domains a remark in brackets, routes a path.
 *
 * https://developers.cloudflare.com/workers/wrangler/system-environment-variables/
 * @throws {InitError} when there is no such entry
 */
export function readDeployOutput(text: string): Deployed {
  const entry = text
    .split("\n")
    .map((line) => deployEntry.safeParse(json(line)))
    .findLast(({ success }) => success)?.data;
  if (entry === undefined || entry.worker_name === null) {
    const remedy = "Use the wrangler that package.json pins: npx -y pnpm@12 install";
    throw new InitError("wrangler-output", "wrangler deployed, but did not say what.", remedy);
  }
  const targets = entry.targets ?? [];
  const custom = targets.find((target) => target.includes("(custom domain"));
  const found = custom === undefined ? targets.find((target) => /^https?:\/\/\S+$/.test(target)) : hostOf(custom);
  return { name: entry.worker_name, url: found?.replace(/\/+$/, "") ?? null };
}

function hostOf(target: string): string {
  return `https://${target.split(" ")[0] ?? ""}`;
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
