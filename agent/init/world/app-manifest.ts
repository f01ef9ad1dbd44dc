import { webUrlOf } from "../../github/model/web-url.ts";
import type { InitTarget } from "./state.ts";

/** GitHub allows 34 characters. */
const LONGEST_NAME = 34;

export interface ManifestFacts {
  readonly target: InitTarget;
  readonly owner: string;
  readonly edgeUrl: string;
  /** Where GitHub sends the browser back to, with the code. */
  readonly redirectUrl: string;
}

/**
 * The App that Hookline needs: private, told of workflow_job alone, with no more rights than the agent uses.
 *
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters
 */
export function appManifest({ target, owner, edgeUrl, redirectUrl }: ManifestFacts): object {
  const runners = target.kind === "organization" ? "organization_self_hosted_runners" : "administration";
  return {
    name: `hookline-${owner}`.slice(0, LONGEST_NAME),
    url: edgeUrl,
    description: "Starts self-hosted runners for queued jobs.",
    hook_attributes: { url: `${edgeUrl}/webhook`, active: true },
    redirect_url: redirectUrl,
    public: false,
    default_events: ["workflow_job"],
    default_permissions: { actions: "read", metadata: "read", [runners]: "write" },
  };
}

/** Where a browser posts the manifest to, on the GitHub that the REST API belongs to. */
export function newAppUrl(githubApiUrl: string, target: InitTarget, state: string): string {
  const path =
    target.kind === "organization"
      ? `/organizations/${encodeURIComponent(target.organization)}/settings/apps/new`
      : "/settings/apps/new";
  const url = new URL(path, webUrlOf(githubApiUrl));
  url.searchParams.set("state", state);
  return url.href;
}
