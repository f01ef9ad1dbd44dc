import { onTestFinished } from "vitest";

import type { GitHubCredential } from "../../../agent/github/auth/credential.ts";
import { GitHubClient } from "../../../agent/github/github-client.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import type { LoopbackGitHub } from "../../stand-ins/github/loopback-github.ts";
import { startGitHub } from "../../stand-ins/github/start-github.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

export interface OnLoopback {
  readonly github: LoopbackGitHub;
  readonly clock: VirtualClock;
  /** A client that shares GitHub's clock. */
  readonly client: (credential: GitHubCredential) => GitHubClient;
}

/** The loopback GitHub in virtual time; at the test's end it must have seen nothing that GitHub's description forbids. */
export async function onLoopback(): Promise<OnLoopback> {
  const clock = new VirtualClock();
  const github = await startGitHub({ clock });
  onTestFinished(() => github.close());
  github.addOrganization("acme");
  const client = (credential: GitHubCredential): GitHubClient =>
    new GitHubClient({ apiUrl: github.apiUrl, credential, clock, random: () => 0.5, log: silentLogger });
  return { github, clock, client };
}
