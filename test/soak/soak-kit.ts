import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freshnessSchema, type Freshness } from "../../shared/mailbox/freshness.ts";

export const SECRETS = { webhookSecret: "soak-webhook-secret", token: "soak-link-token" } as const;

/** A folder of its own that goes at the end of the test. */
export function scratch(): { readonly path: string; readonly [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), "hookline-soak-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Polls until `check` holds; gives how long that took, in milliseconds. @throws {Error} naming `what` after the deadline. */
export async function until(
  what: string,
  deadlineMs: number,
  check: () => boolean | Promise<boolean>,
): Promise<number> {
  const startedAtMs = performance.now();
  for (;;) {
    if (await check()) return Math.round(performance.now() - startedAtMs);
    if (performance.now() - startedAtMs > deadlineMs) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

export async function freshness(edgeUrl: string): Promise<Freshness> {
  const answer = await fetch(`${edgeUrl}/freshness`, { headers: { Authorization: `Bearer ${SECRETS.token}` } });
  return freshnessSchema.parse(await answer.json());
}

export function shuffled<T>(items: readonly T[]): readonly T[] {
  const copy = [...items];
  for (let at = copy.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [copy[at], copy[other]] = [copy[other] as T, copy[at] as T];
  }
  return copy;
}
