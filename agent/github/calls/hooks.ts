import type { Attempts, DeliveryAttempt, GitHubHook, LogReading } from "../model/delivery-log.ts";
import {
  deliveriesPage,
  deliveryAnswer,
  hookConfig,
  hooksPage,
  type DeliveryAnswer,
  type HookAnswer,
} from "./hook-answers.ts";
import { readListing } from "../http/listing.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import { hooksPath } from "../model/scope.ts";
import type { Rest } from "../http/rest.ts";
import type { Listing, RunnerScope } from "../model/types.ts";

/**
 * The hooks of an organization or a repository.
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
    ...settingsOf(config),
  }));
  return { ...listing, items };
}

/**
 * A hook's attempts since then, the newest first, from the newest or from where an earlier reading stopped. GitHub
 * keeps them for three days and knows no filter by time, so pages are read until an older one appears, `mostPages` at
 * most.
 * https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/viewing-webhook-deliveries
 */
export async function listAttempts(
  rest: Rest,
  hook: GitHubHook,
  { sinceMs, from, mostPages }: LogReading,
  signal: AbortSignal,
): Promise<Attempts> {
  const listing = await readListing<readonly DeliveryAnswer[], DeliveryAnswer>(
    rest,
    {
      path: `${logPath(hook)}?per_page=100`,
      ...(from === null ? {} : { url: from }),
      mostPages,
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

/** The App's own hook; null when it has none. Throws GitHubError. */
export async function readAppHook(rest: Rest, signal: AbortSignal): Promise<GitHubHook | null> {
  const home = { kind: "app" } as const;
  const options = { scope: home, signal, urgent: true } as const;
  const page = await rest.read(rest.urlOf("/app/hook/config"), hookConfig, options).catch(noneIfNotFound);
  if (page === null || page.value.url === undefined || page.value.url === "") return null;
  const { value } = page;
  return { home, id: null, url: value.url ?? null, active: true, events: ["workflow_job"], ...settingsOf(value) };
}

/** Has GitHub send a `ping` to the hook. Throws GitHubError on any answer but 204. */
export async function pingHook(rest: Rest, hook: GitHubHook, signal: AbortSignal): Promise<void> {
  if (hook.home.kind === "app") throw new TypeError("GitHub knows no ping for an App's hook");
  await rest.write("POST", `${hooksPath(hook.home)}/${hook.id}/pings`, { scope: hook.home, signal, accept: [204] });
}

/** Has GitHub send it once more. Throws GitHubError on any answer but 202. */
export async function redeliver(rest: Rest, hook: GitHubHook, attemptId: string, signal: AbortSignal): Promise<void> {
  await rest.write("POST", `${logPath(hook)}/${attemptId}/attempts`, { scope: hook.home, signal, accept: [202] });
}

function settingsOf(config: HookAnswer["config"]): Pick<GitHubHook, "contentType" | "verifiesTls"> {
  return { contentType: config.content_type ?? null, verifiesTls: String(config.insecure_ssl ?? "0") === "0" };
}

function attemptOf(row: DeliveryAnswer): DeliveryAttempt {
  return {
    id: String(row.id),
    guid: row.guid,
    event: row.event,
    deliveredAtMs: Date.parse(row.delivered_at),
    ok: row.status_code >= 200 && row.status_code < 400,
    statusCode: row.status_code,
    throttled: row.throttled_at != null,
  };
}

function logPath({ home, id }: GitHubHook): string {
  return home.kind === "app" ? "/app/hook/deliveries" : `${hooksPath(home)}/${id}/deliveries`;
}
