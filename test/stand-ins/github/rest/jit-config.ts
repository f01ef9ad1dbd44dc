import type { Runner } from "../state/model.ts";
import { scopePath } from "./render/runner.ts";

/** What `.runner` holds of a JIT configuration: the real file's names, and beside them the token of the stand-in's protocol. */
export interface RunnerSettings {
  readonly AgentId: number;
  readonly AgentName: string;
  readonly PoolId: number;
  readonly PoolName: string;
  readonly ServerUrl: string;
  readonly GitHubUrl: string;
  readonly WorkFolder: string;
  readonly Ephemeral: "True";
  readonly Token: string;
}

/**
 * The blob that a runner is started with: base64 of a JSON map from file names to files, each base64 in turn, as
 * https://github.com/actions/runner reads it.
 */
export function encodeJitConfig(runner: Runner, token: string, apiUrl: string): string {
  const settings: RunnerSettings = {
    AgentId: runner.id,
    AgentName: runner.name,
    PoolId: runner.groupId,
    PoolName: runner.groupName,
    ServerUrl: apiUrl,
    GitHubUrl: `https://github.com/${scopePath(runner.scope)}`,
    WorkFolder: runner.workFolder,
    Ephemeral: "True",
    Token: token,
  };
  const credentials = { Scheme: "OAuth", Data: { ClientId: String(runner.id), AuthorizationUrl: apiUrl } };
  return base64({
    ".runner": base64(settings),
    ".credentials": base64(credentials),
    ".credentials_rsaparams": base64({ exponent: "AQAB", modulus: "" }),
  });
}

function base64(value: object): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64");
}
