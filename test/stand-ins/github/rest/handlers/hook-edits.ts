import * as z from "zod";

import { ok, type Context, type Handler, type Reply } from "../handler.ts";
import { renderHook } from "../render/hook.ts";
import { hookIn, organizationHooks, repositoryHooks, type HookScopeOf } from "./hooks.ts";

const change = z.object({
  config: z
    .object({
      url: z.string().optional(),
      content_type: z.enum(["json", "form"]).optional(),
      secret: z.string().optional(),
      insecure_ssl: z.union([z.string(), z.number()]).optional(),
    })
    .default({}),
  events: z.array(z.string()).optional(),
  active: z.boolean().optional(),
});

/** https://docs.github.com/en/rest/orgs/webhooks, https://docs.github.com/en/rest/repos/webhooks */
export const hookEditHandlers: Readonly<Record<string, Handler>> = {
  "orgs/update-webhook": (context) => update(context, organizationHooks),
  "repos/update-webhook": (context) => update(context, repositoryHooks),
  "orgs/delete-webhook": (context) => remove(context, organizationHooks),
  "repos/delete-webhook": (context) => remove(context, repositoryHooks),
};

/** A configuration that is given replaces the old one whole: without a secret in it the hook has none from then on. */
function update(context: Context, scopeOf: HookScopeOf): Reply {
  const hook = hookIn(context, scopeOf);
  const { config, events, active } = change.parse(context.body ?? {});
  const configured = Object.keys(config).length > 0;
  const { hooks, apiUrl } = context.world;
  const edited = hooks.edit(hook.id, {
    url: config.url ?? hook.url,
    secret: configured ? (config.secret ?? null) : hook.secret,
    contentType: configured ? (config.content_type ?? "form") : hook.contentType,
    insecureSsl: configured ? String(config.insecure_ssl ?? "0") === "1" : hook.insecureSsl,
    events: events ?? hook.events,
    active: active ?? hook.active,
  });
  return ok(renderHook(edited, apiUrl));
}

function remove(context: Context, scopeOf: HookScopeOf): Reply {
  context.world.hooks.remove(hookIn(context, scopeOf).id);
  return { status: 204 };
}
