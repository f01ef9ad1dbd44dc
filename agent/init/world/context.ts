import type { Api } from "../../github/http/api.ts";
import type { Environment } from "../../settings/environment.ts";
import type { RunnerScope } from "../../github/model/types.ts";
import { repositoryScope } from "../../github/model/scope.ts";
import type { Layout } from "./layout.ts";
import type { InitOptions } from "./options.ts";
import type { InitProgress, InitTarget } from "./state.ts";
import type { Wrangler } from "./wrangler.ts";
import type { InitWorld } from "./world.ts";

/** What each step of init works with. */
export interface InitContext {
  readonly world: InitWorld;
  readonly options: InitOptions;
  readonly progress: InitProgress;
  readonly layout: Layout;
  readonly wrangler: Wrangler;
  /** GitHub's REST API, without a credential. */
  readonly api: Api;
  /** `https://api.github.com`, as the environment has it. */
  readonly githubApiUrl: string;
  readonly env: Environment;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Says something to the person while a step is under way. */
  readonly tell: (line: string) => void;
}

/** One step. Each may be run again, whenever the one before it was cut off. */
export interface Step {
  readonly id: string;
  /** What it will do, in lines for people; changes nothing and asks nobody. */
  readonly plan: (context: InitContext) => readonly string[];
  /** Does it and says what was done. Throws InitError, GitHubError, EdgeError or the signal's reason. */
  readonly run: (context: InitContext) => Promise<string>;
}

/** The organization or the repositories that get a hook. */
export function scopesOf(target: InitTarget): readonly RunnerScope[] {
  if (target.kind === "organization") return [{ kind: "organization", organization: target.organization }];
  return target.repositories.map(repositoryScope);
}

/** The account that owns what is served. */
export function targetOwner(target: InitTarget): string {
  return target.kind === "organization" ? target.organization : (target.repositories[0]?.split("/")[0] ?? "");
}

/** Where GitHub delivers to. Throws TypeError before the Worker is deployed. */
export function webhookUrlOf(progress: InitProgress): string {
  return `${edgeUrlOf(progress)}/webhook`;
}

/** Throws TypeError before the Worker is deployed. */
export function edgeUrlOf({ made }: InitProgress): string {
  const url = made.worker?.url ?? null;
  if (url === null) throw new TypeError("the Worker has no address yet");
  return url;
}
