import { resolve } from "node:path";

import { InitError } from "./world/init-error.ts";
import type { InitOptions } from "./world/options.ts";
import type { Choices, InitTarget } from "./world/state.ts";
import type { Ask } from "./world/world.ts";

/**
 * What init is to do: from its options, or from what was chosen when it began here. Only what is served is asked for.
 * Repositories that are named later join those that it began with.
 *
 * @throws {InitError} when it is not said what to serve, or other things than when init began
 */
export async function choose(
  options: InitOptions,
  begun: Choices | null,
  cwd: string,
  ask: Ask | null,
): Promise<Choices> {
  const given = givenTarget(options);
  if (begun !== null) {
    const target = withRepositories(begun.target, given);
    requireSame(options, target, begun, cwd);
    return { ...begun, target };
  }
  return {
    target: given ?? (await askTarget(ask)),
    app: options.app,
    labels: options.labels?.split(",") ?? ["nas"],
    name: options.name ?? null,
    environment: options.environment ?? null,
    url: options.url?.replace(/\/+$/, "") ?? null,
    folder: resolve(cwd, options.folder),
  };
}

function givenTarget({ organization, repository }: InitOptions): InitTarget | null {
  if (organization !== undefined) return { kind: "organization", organization };
  return repository === undefined ? null : { kind: "repositories", repositories: repository };
}

/** What has begun, with the repositories that are named now; anything else that is named as it is. */
function withRepositories(begun: InitTarget, given: InitTarget | null): InitTarget {
  if (given === null) return begun;
  if (begun.kind !== "repositories" || given.kind !== "repositories") return given;
  const known = new Set(begun.repositories.map((name) => name.toLowerCase()));
  const added = given.repositories.filter((name) => !known.has(name.toLowerCase()));
  return { kind: "repositories", repositories: [...begun.repositories, ...added] };
}

async function askTarget(ask: Ask | null): Promise<InitTarget> {
  const remedy = "Name the organization with --organization NAME, or each repository with --repository OWNER/NAME.";
  if (ask === null) throw new InitError("usage", "It was not said which jobs to serve.", remedy);
  const answer = await ask.text("Whose jobs shall it serve? An organization, or repositories as owner/name:");
  const names = answer.split(/[\s,]+/).filter((word) => word !== "");
  const [first = ""] = names;
  if (names.length > 0 && names.every((word) => /^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(word)))
    return { kind: "repositories", repositories: names };
  if (names.length === 1 && /^[A-Za-z0-9-]{1,39}$/.test(first)) return { kind: "organization", organization: first };
  throw new InitError("usage", "That is neither one organization nor repositories.", remedy);
}

function isOther(target: InitTarget, begun: InitTarget): boolean {
  if (target.kind === "repositories") return begun.kind !== "repositories";
  return begun.kind !== "organization" || target.organization !== begun.organization;
}

/** Half of one set-up and half of another would be neither. */
function requireSame(options: InitOptions, target: InitTarget, begun: Choices, cwd: string): void {
  const other = [
    isOther(target, begun.target) ? "what to serve" : null,
    options.app && !begun.app ? "--app" : null,
    options.name !== undefined && options.name !== begun.name ? "--name" : null,
    options.environment !== undefined && options.environment !== begun.environment ? "--environment" : null,
    options.url !== undefined && options.url.replace(/\/+$/, "") !== begun.url ? "--url" : null,
    options.labels !== undefined && options.labels !== begun.labels.join(",") ? "--labels" : null,
    options.folder !== "config" && resolve(cwd, options.folder) !== begun.folder ? "--folder" : null,
  ].filter((what) => what !== null);
  if (other.length === 0) return;
  throw new InitError(
    "begun-otherwise",
    `hookline init has begun here with another choice of ${other.join(", ")}.`,
    "Run it without these options to go on, or take back what it made with hookline init --remove.",
  );
}
