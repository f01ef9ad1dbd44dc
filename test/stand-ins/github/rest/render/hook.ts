import { instant } from "../../hooks/rewrite.ts";
import type { Hook } from "../../state/model.ts";

/** A hook as REST and `ping` show it: its secret is never told. */
export function renderHook(hook: Hook, apiUrl: string): Record<string, unknown> {
  const common = {
    id: hook.id,
    name: "web",
    active: hook.active,
    events: hook.events,
    config: {
      content_type: hook.contentType,
      insecure_ssl: hook.insecureSsl ? "1" : "0",
      ...(hook.secret === null ? {} : { secret: "********" }),
      url: hook.url,
    },
    updated_at: instant(hook.updatedAtMs),
    created_at: instant(hook.createdAtMs),
  };
  const { scope } = hook;
  if (scope.kind === "app")
    return { type: "App", ...common, app_id: scope.appId, deliveries_url: `${apiUrl}/app/hook/deliveries` };
  const url =
    scope.kind === "organization"
      ? `${apiUrl}/orgs/${scope.account.login}/hooks/${hook.id}`
      : `${apiUrl}/repos/${scope.repository.fullName}/hooks/${hook.id}`;
  const links = { url, ping_url: `${url}/pings`, deliveries_url: `${url}/deliveries` };
  if (scope.kind === "organization") return { type: "Organization", ...common, ...links };
  const lastResponse = { code: null, status: "unused", message: null };
  return { type: "Repository", ...common, ...links, test_url: `${url}/test`, last_response: lastResponse };
}
