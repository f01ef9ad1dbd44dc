import type { Operation } from "../openapi/catalogue.ts";
import type { PermissionLevel, Permissions } from "../state/model.ts";
import type { Principal } from "./principal.ts";
import { Refusal } from "./refusal.ts";

/** What an operation asks of a credential. */
interface Need {
  readonly permission: string;
  readonly level: PermissionLevel;
  /** The scope that gives it to a classic token. */
  readonly scope: string;
}

const orgRunners = (level: PermissionLevel): Need => ({
  permission: "organization_self_hosted_runners",
  level,
  scope: "admin:org",
});
const repoRunners = (level: PermissionLevel): Need => ({ permission: "administration", level, scope: "repo" });
const orgHooks = (level: PermissionLevel): Need => ({
  permission: "organization_hooks",
  level,
  scope: "admin:org_hook",
});
const repoHooks = (level: PermissionLevel): Need => ({
  permission: "repository_hooks",
  level,
  scope: "admin:repo_hook",
});
const actions: Need = { permission: "actions", level: "read", scope: "repo" };

/**
 * By operation; those that need nothing special are not here.
 *
 * https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
 */
const NEEDS: Readonly<Record<string, Need>> = {
  "actions/generate-runner-jitconfig-for-org": orgRunners("write"),
  "actions/generate-runner-jitconfig-for-repo": repoRunners("write"),
  "actions/list-self-hosted-runners-for-org": orgRunners("read"),
  "actions/list-self-hosted-runners-for-repo": repoRunners("read"),
  "actions/get-self-hosted-runner-for-org": orgRunners("read"),
  "actions/get-self-hosted-runner-for-repo": repoRunners("read"),
  "actions/delete-self-hosted-runner-from-org": orgRunners("write"),
  "actions/delete-self-hosted-runner-from-repo": repoRunners("write"),
  "actions/list-self-hosted-runner-groups-for-org": orgRunners("read"),
  "actions/get-self-hosted-runner-group-for-org": orgRunners("read"),
  "actions/list-repo-access-to-self-hosted-runner-group-in-org": orgRunners("read"),
  "actions/list-workflow-runs-for-repo": actions,
  "actions/get-workflow-run": actions,
  "actions/list-jobs-for-workflow-run": actions,
  "actions/get-job-for-workflow-run": actions,
  "orgs/list-webhooks": orgHooks("read"),
  "orgs/create-webhook": orgHooks("write"),
  "orgs/get-webhook": orgHooks("read"),
  "orgs/update-webhook": orgHooks("write"),
  "orgs/delete-webhook": orgHooks("write"),
  "orgs/ping-webhook": orgHooks("write"),
  "orgs/list-webhook-deliveries": orgHooks("read"),
  "orgs/get-webhook-delivery": orgHooks("read"),
  "orgs/redeliver-webhook-delivery": orgHooks("write"),
  "repos/list-webhooks": repoHooks("read"),
  "repos/create-webhook": repoHooks("write"),
  "repos/get-webhook": repoHooks("read"),
  "repos/update-webhook": repoHooks("write"),
  "repos/delete-webhook": repoHooks("write"),
  "repos/ping-webhook": repoHooks("write"),
  "repos/list-webhook-deliveries": repoHooks("read"),
  "repos/get-webhook-delivery": repoHooks("read"),
  "repos/redeliver-webhook-delivery": repoHooks("write"),
};

/** Operations that only an App's JSON web token may call. */
const APP_ONLY = /^apps\/(?!list-repos-accessible-to-installation$)/;
const OPEN = new Set(["meta/get", "rate-limit/get", "apps/create-from-manifest"]);

/** Throws the 401 or 403 that GitHub answers when this caller may not do this. */
export function requirePermission(operation: Operation, principal: Principal): void {
  if (OPEN.has(operation.id)) return;
  if (APP_ONLY.test(operation.id) !== (principal.kind === "app")) {
    throw new Refusal(401, principal.kind === "app" ? "Bad credentials" : "A JSON web token could not be decoded");
  }
  if (principal.kind === "anonymous") throw new Refusal(401, "Requires authentication");
  if (operation.id === "users/get-authenticated" && principal.kind === "installation")
    throw inaccessible(principal, {});
  if (operation.id === "apps/list-repos-accessible-to-installation" && principal.kind !== "installation") {
    throw new Refusal(
      403,
      "You must authenticate with an installation access token in order to list repositories for an installation.",
    );
  }
  const need = NEEDS[operation.id];
  if (need !== undefined && !satisfies(principal, need))
    throw inaccessible(principal, permissionHeaders(operation, principal));
}

/** The headers by which GitHub says what a call takes, on every answer to it. */
export function permissionHeaders(operation: Operation, principal: Principal): Record<string, string> {
  const need = NEEDS[operation.id];
  if (principal.kind === "personal" && principal.token.permissions === null) {
    return { "x-oauth-scopes": principal.token.scopes.join(", "), "x-accepted-oauth-scopes": need?.scope ?? "" };
  }
  return { "x-accepted-github-permissions": need === undefined ? "metadata=read" : `${need.permission}=${need.level}` };
}

function satisfies(principal: Principal, need: Need): boolean {
  if (principal.kind === "installation") return allows(principal.permissions, need);
  if (principal.kind !== "personal") return false;
  const { permissions, scopes } = principal.token;
  return permissions === null ? scopes.includes(need.scope) : allows(permissions, need);
}

function allows(permissions: Permissions, need: Need): boolean {
  const has = permissions[need.permission];
  return has === "write" || has === need.level;
}

function inaccessible(principal: Principal, headers: Readonly<Record<string, string>>): Refusal {
  const by = principal.kind === "installation" ? "integration" : "personal access token";
  const classic = principal.kind === "personal" && principal.token.permissions === null;
  const message = classic ? "Must have admin rights to Repository." : `Resource not accessible by ${by}`;
  return new Refusal(403, message, {}, headers);
}
