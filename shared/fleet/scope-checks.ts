import { valueAt } from "./config-path.ts";
import type { ConfigPath } from "./config-path.ts";
import { quote } from "./finding.ts";
import type { FleetFinding } from "./finding.ts";

/** What a pool says of an organization's repositories; undefined is what the schema refused. */
export interface StatedScope {
  readonly at: ConfigPath;
  /** The file before interpolation, for quoting. */
  readonly written: unknown;
  readonly organization: string | undefined;
  readonly access: "all" | "selected" | undefined;
  readonly allowed: readonly string[] | undefined;
}

/** Whether access and list agree, and whether each repository is of the organization. */
export function scopeFindings(scope: StatedScope): FleetFinding[] {
  return [...accessAgainstList(scope), ...outsiders(scope)];
}

function accessAgainstList({ at, access, allowed }: StatedScope): FleetFinding[] {
  if (allowed === undefined) return [];
  const list = [...at, "allowedRepositories"];
  if (access === "selected" && allowed.length === 0) {
    return [{ at: list, message: "must name at least one repository, or set repositoryAccess: all" }];
  }
  if (access === "all" && allowed.length > 0) {
    return [
      {
        at: list,
        message: "must be absent where repositoryAccess is all; remove it, or set repositoryAccess: selected",
      },
    ];
  }
  return [];
}

function outsiders({ at, written, organization, allowed }: StatedScope): FleetFinding[] {
  if (organization === undefined || allowed === undefined) return [];
  const home = organization.toLowerCase();
  return allowed.flatMap((repository, index) => {
    if (repository.split("/")[0]?.toLowerCase() === home) return [];
    const place = [...at, "allowedRepositories", index];
    const owner = quote(valueAt(written, [...at, "organization"]));
    const message = `is outside the pool's organization ${owner}; remove it, or give it a pool of its own; found ${quote(valueAt(written, place))}`;
    return [{ at: place, message }];
  });
}
