import * as z from "zod";

import { accountPayload } from "../../hooks/account-payload.ts";
import { instant, nodeId } from "../../hooks/rewrite.ts";
import type { App, Installation, PermissionLevel, Permissions } from "../../state/model.ts";
import { number, ok, text, type Context, type Handler, type Reply } from "../handler.ts";
import { pageOf } from "../pagination.ts";
import { notFound, Refusal } from "../refusal.ts";

const tokenBody = z
  .object({ permissions: z.record(z.string(), z.enum(["read", "write", "admin"])).optional() })
  .optional();

/** https://docs.github.com/en/rest/apps/apps */
export const appHandlers: Readonly<Record<string, Handler>> = {
  "apps/get-authenticated": (context) => ok(renderApp(appOf(context), context)),
  "apps/list-installations": (context) => {
    const { items, headers } = pageOf(context, context.world.apps.installationsOf(appOf(context).id));
    return { status: 200, body: items.map((each) => renderInstallation(each, context)), headers };
  },
  "apps/get-installation": (context) => ok(renderInstallation(installationIn(context), context)),
  "apps/create-installation-access-token": createToken,
  "apps/get-org-installation": (context) => {
    const login = text(context, "org").toLowerCase();
    const { apps } = context.world;
    const found = apps.installationsOf(appOf(context).id).find(({ account }) => account.login.toLowerCase() === login);
    if (found?.account.kind !== "organization") throw notFound();
    return ok(renderInstallation(found, context));
  },
  "apps/get-user-installation": (context) => {
    const login = text(context, "username").toLowerCase();
    const { apps } = context.world;
    const found = apps.installationsOf(appOf(context).id).find(({ account }) => account.login.toLowerCase() === login);
    if (found?.account.kind !== "user") throw notFound();
    return ok(renderInstallation(found, context));
  },
  "apps/get-repo-installation": (context) => {
    const { accounts, apps } = context.world;
    const repository = accounts.repository(`${text(context, "owner")}/${text(context, "repo")}`);
    const found = repository === null ? null : apps.installationFor(appOf(context).id, repository);
    if (found === null) throw notFound();
    return ok(renderInstallation(found, context));
  },
};

function createToken(context: Context): Reply {
  const installation = installationIn(context);
  const asked = tokenBody.parse(context.body)?.permissions;
  const permissions = asked === undefined ? installation.permissions : narrowed(installation.permissions, asked);
  const made = context.world.apps.createToken(installation, permissions);
  const selection = installation.repositories === null ? "all" : "selected";
  const expiresAt = instant(made.expiresAtMs);
  return {
    status: 201,
    body: { token: made.token, expires_at: expiresAt, permissions, repository_selection: selection },
  };
}

/** A token may have less than its installation, never more. */
function narrowed(has: Permissions, asked: Readonly<Record<string, string>>): Permissions {
  const narrow: Record<string, PermissionLevel> = {};
  for (const [name, level] of Object.entries(asked)) {
    const held = has[name];
    if (held === undefined || (level === "write" && held === "read")) {
      throw new Refusal(422, "The permissions requested are not granted to this installation.");
    }
    narrow[name] = level === "read" ? "read" : "write";
  }
  return narrow;
}

export function appOf({ principal }: Context): App {
  if (principal.kind !== "app") throw notFound();
  return principal.app;
}

function installationIn(context: Context): Installation {
  const installation = context.world.apps.installation(number(context, "installation_id"));
  if (installation === null || installation.appId !== appOf(context).id) throw notFound();
  return installation;
}

export function renderApp(app: App, { world }: Context): Record<string, unknown> {
  return {
    id: app.id,
    slug: app.slug,
    client_id: app.clientId,
    node_id: nodeId("A", app.id),
    owner: accountPayload(app.owner, world.apiUrl),
    name: app.name,
    description: null,
    external_url: "https://github.com/",
    html_url: `https://github.com/apps/${app.slug}`,
    created_at: instant(app.createdAtMs),
    updated_at: instant(app.createdAtMs),
    permissions: app.permissions,
    events: app.events,
    installations_count: world.apps.installationsOf(app.id).length,
  };
}

function renderInstallation(installation: Installation, { world }: Context): Record<string, unknown> {
  const app = world.apps.get(installation.appId);
  const { apiUrl } = world;
  return {
    id: installation.id,
    account: accountPayload(installation.account, apiUrl),
    repository_selection: installation.repositories === null ? "all" : "selected",
    access_tokens_url: `${apiUrl}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${apiUrl}/installation/repositories`,
    html_url: `https://github.com/organizations/${installation.account.login}/settings/installations/${installation.id}`,
    app_id: installation.appId,
    app_slug: app?.slug ?? "",
    target_id: installation.account.id,
    target_type: installation.account.kind === "organization" ? "Organization" : "User",
    permissions: installation.permissions,
    events: app?.events ?? [],
    created_at: instant(installation.createdAtMs),
    updated_at: instant(installation.createdAtMs),
    single_file_name: null,
    suspended_by: null,
    suspended_at: null,
  };
}
