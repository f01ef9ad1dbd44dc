import type { LoopbackGitHub } from "../loopback-github.ts";
import { startGitHub, type LoopbackOptions } from "../start-github.ts";

export interface Octo extends AsyncDisposable {
  readonly github: LoopbackGitHub;
  /** A classic token that may do everything. */
  readonly token: string;
}

/** A GitHub with the organization `octo`, its private repository `octo/demo` and a token. */
export async function startOcto(options: LoopbackOptions = {}): Promise<Octo> {
  const github = await startGitHub(options);
  github.addOrganization("octo");
  github.addRepository("octo/demo");
  return { github, token: github.addToken(), [Symbol.asyncDispose]: () => github.close() };
}
