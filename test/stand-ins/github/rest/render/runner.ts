import type { Runner, RunnerGroup, Scope } from "../../state/model.ts";

/** Labels that GitHub itself gives, which nobody can take away from a runner. */
const READ_ONLY = new Set(["self-hosted", "linux", "windows", "macos", "x64", "arm", "arm64"]);

export function renderRunner(runner: Runner): Record<string, unknown> {
  return {
    id: runner.id,
    name: runner.name,
    runner_group_id: runner.groupId,
    os: runner.os,
    status: runner.status,
    busy: runner.busy,
    ephemeral: true,
    version: runner.onlineAtMs === null ? null : "2.336.0",
    labels: runner.labels.map((name, index) => ({
      id: index + 1,
      name,
      type: READ_ONLY.has(name.toLowerCase()) ? "read-only" : "custom",
    })),
  };
}

export function renderRunnerGroup(group: RunnerGroup, apiUrl: string): Record<string, unknown> {
  const url = `${apiUrl}/orgs/${group.organization.login}/actions/runner-groups/${group.id}`;
  const selected = group.visibility === "selected" ? { selected_repositories_url: `${url}/repositories` } : {};
  return {
    id: group.id,
    name: group.name,
    visibility: group.visibility,
    default: group.isDefault,
    ...selected,
    runners_url: `${url}/runners`,
    inherited: false,
    allows_public_repositories: group.allowsPublicRepositories,
    restricted_to_workflows: false,
    selected_workflows: [],
    workflow_restrictions_read_only: false,
  };
}

/** `owner` or `owner/name`. */
export function scopePath(scope: Scope): string {
  return scope.kind === "organization" ? scope.account.login : scope.repository.fullName;
}
