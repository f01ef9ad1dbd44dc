import * as z from "zod";

import { pingPayload } from "../../hooks/ping-payload.ts";
import type { Hook, HookScope } from "../../state/model.ts";
import type { World } from "../../world.ts";
import { number, ok, organizationIn, repositoryIn, type Context, type Handler, type Reply } from "../handler.ts";
import { pageOf } from "../pagination.ts";
import { notFound, Refusal } from "../refusal.ts";
import { renderHook } from "../render/hook.ts";

const newHook = z.object({
  name: z.literal("web").optional(),
  config: z.object({
    url: z.string().optional(),
    content_type: z.enum(["json", "form"]).default("form"),
    secret: z.string().optional(),
  }),
  events: z.array(z.string()).default(["push"]),
  active: z.boolean().default(true),
});

export type HookScopeOf = (context: Context) => HookScope;
export const organizationHooks: HookScopeOf = (context) => ({ kind: "organization", account: organizationIn(context) });
export const repositoryHooks: HookScopeOf = (context) => ({ kind: "repository", repository: repositoryIn(context) });

/** https://docs.github.com/en/rest/orgs/webhooks, https://docs.github.com/en/rest/repos/webhooks */
export const hookHandlers: Readonly<Record<string, Handler>> = {
  "orgs/list-webhooks": (context) => list(context, organizationHooks(context)),
  "repos/list-webhooks": (context) => list(context, repositoryHooks(context)),
  "orgs/get-webhook": (context) => ok(renderHook(hookIn(context, organizationHooks), context.world.apiUrl)),
  "repos/get-webhook": (context) => ok(renderHook(hookIn(context, repositoryHooks), context.world.apiUrl)),
  "orgs/create-webhook": (context) => create(context, organizationHooks(context)),
  "repos/create-webhook": (context) => create(context, repositoryHooks(context)),
  "orgs/ping-webhook": (context) => ping(context, hookIn(context, organizationHooks)),
  "repos/ping-webhook": (context) => ping(context, hookIn(context, repositoryHooks)),
  "apps/get-webhook-config-for-app": (context) => {
    const { principal, world } = context;
    const hook = principal.kind === "app" ? appHook(world, principal.app.id) : null;
    if (hook === null) throw notFound();
    const secret = hook.secret === null ? {} : { secret: "********" };
    return ok({ content_type: hook.contentType, insecure_ssl: hook.insecureSsl ? "1" : "0", url: hook.url, ...secret });
  },
};

/** The hook of the path. Throws a 404 unless it belongs to the path's organization or repository. */
export function hookIn(context: Context, scopeOf: HookScopeOf): Hook {
  const scope = scopeOf(context);
  const hook = context.world.hooks.get(number(context, "hook_id"));
  if (hook === null || !sameScope(hook.scope, scope)) throw notFound();
  return hook;
}

/** An App has one hook at most. */
export function appHook(world: World, appId: number): Hook | null {
  return world.hooks.all().find(({ scope }) => scope.kind === "app" && scope.appId === appId) ?? null;
}

/** Tells the hook that it is a hook. GitHub does so at its creation too. */
export function sendPing(world: World, hook: Hook): void {
  const { sender, actor, apiUrl } = world;
  const repository = hook.scope.kind === "repository" ? hook.scope.repository : null;
  sender.publishTo(hook, {
    event: "ping",
    action: null,
    jobId: null,
    repository,
    payload: pingPayload(hook, actor, apiUrl),
  });
}

function list(context: Context, scope: HookScope): Reply {
  const found = context.world.hooks.all().filter((hook) => sameScope(hook.scope, scope));
  const { items, headers } = pageOf(context, found);
  return { status: 200, body: items.map((hook) => renderHook(hook, context.world.apiUrl)), headers };
}

function create(context: Context, scope: HookScope): Reply {
  const { hooks, apiUrl } = context.world;
  const read = newHook.safeParse(context.body);
  const url = read.data?.config.url;
  if (!read.success || url === undefined || !URL.canParse(url)) {
    throw new Refusal(422, "Validation Failed", {
      errors: [{ resource: "Hook", code: "custom", message: "url is missing or invalid" }],
    });
  }
  const { config, events, active } = read.data;
  const clash = hooks.all().some((hook) => sameScope(hook.scope, scope) && hook.url === url);
  if (clash) {
    throw new Refusal(422, "Validation Failed", {
      errors: [{ resource: "Hook", code: "custom", message: "Hook already exists on this target" }],
    });
  }
  const hook = hooks.add({ scope, url, secret: config.secret, contentType: config.content_type, events, active });
  sendPing(context.world, hook);
  return { status: 201, body: renderHook(hook, apiUrl) };
}

function ping(context: Context, hook: Hook): Reply {
  sendPing(context.world, hook);
  return { status: 204 };
}

function sameScope(a: HookScope, b: HookScope): boolean {
  switch (a.kind) {
    case "organization":
      return b.kind === "organization" && a.account === b.account;
    case "repository":
      return b.kind === "repository" && a.repository === b.repository;
    case "app":
      return b.kind === "app" && a.appId === b.appId;
  }
}
