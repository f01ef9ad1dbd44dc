import type { DeliveryAttempt, GitHubHook, HookHome } from "./delivery-log.ts";
import { deliveriesPage, deliveryAnswer, hooksPage, type DeliveryAnswer, type HookAnswer } from "./hook-answers.ts";
import { readListing } from "./listing.ts";
import type { Rest } from "./rest.ts";
import type { Listing, RunnerScope } from "./types.ts";

/**
 * The hooks of an organisation or a repository.
 * https://docs.github.com/en/rest/orgs/webhooks, https://docs.github.com/en/rest/repos/webhooks
 */
export async function listHooks(rest: Rest, scope: RunnerScope, signal: AbortSignal): Promise<Listing<GitHubHook>> {
  const listing = await readListing<readonly HookAnswer[], HookAnswer>(
    rest,
    { path: `${hooksPath(scope)}?per_page=100`, schema: hooksPage, itemsOf: (page) => page, keyOf: ({ id }) => id },
    { scope, signal },
  );
  const items = listing.items.map(({ id, active, events, config }) => ({
    home: scope,
    id,
    url: config.url ?? null,
    active,
    events,
  }));
  return { ...listing, items };
}

/**
 * A hook's attempts since then, the newest first. GitHub keeps them for three days and knows no filter by time, so
 * pages are read until an older one appears.
 * https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries
 */
export async function listAttempts(
  rest: Rest,
  hook: GitHubHook,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Listing<DeliveryAttempt>> {
  const listing = await readListing<readonly DeliveryAnswer[], DeliveryAnswer>(
    rest,
    {
      path: `${logPath(hook)}?per_page=100`,
      schema: deliveriesPage,
      itemsOf: (page) => page,
      keyOf: ({ id }) => id,
      isEnough: (page) => page.some(({ delivered_at }) => Date.parse(delivered_at) < sinceMs),
    },
    { scope: hook.home, signal },
  );
  return { ...listing, items: listing.items.map(attemptOf).filter((attempt) => attempt.deliveredAtMs >= sinceMs) };
}

/** What an attempt sent. Throws GitHubError. */
export async function readPayload(
  rest: Rest,
  hook: GitHubHook,
  attemptId: string,
  signal: AbortSignal,
): Promise<unknown> {
  const url = rest.urlOf(`${logPath(hook)}/${attemptId}`);
  const { value } = await rest.read(url, deliveryAnswer, { scope: hook.home, signal });
  return value.request.payload;
}

/** Has GitHub send it once more. Throws GitHubError on any answer but 202. */
export async function redeliver(rest: Rest, hook: GitHubHook, attemptId: string, signal: AbortSignal): Promise<void> {
  await rest.write("POST", `${logPath(hook)}/${attemptId}/attempts`, { scope: hook.home, signal, accept: [202] });
}

function attemptOf(row: DeliveryAnswer): DeliveryAttempt {
  return {
    id: String(row.id),
    guid: row.guid,
    event: row.event,
    deliveredAtMs: Date.parse(row.delivered_at),
    ok: row.status_code >= 200 && row.status_code < 400,
  };
}

function logPath({ home, id }: GitHubHook): string {
  return home.kind === "app" ? "/app/hook/deliveries" : `${hooksPath(home)}/${id}/deliveries`;
}

function hooksPath(home: Exclude<HookHome, { kind: "app" }>): string {
  if (home.kind === "organization") return `/orgs/${encodeURIComponent(home.organization)}/hooks`;
  return `/repos/${encodeURIComponent(home.owner)}/${encodeURIComponent(home.repository)}/hooks`;
}
