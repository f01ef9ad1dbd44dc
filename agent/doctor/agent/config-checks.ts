import { existsSync } from "node:fs";

import { ConfigError, describeProblem, type ConfigProblem } from "../../../shared/fleet/config-error.ts";
import type { Fleet } from "../../../shared/fleet/pool.ts";
import { readPoolsFile } from "../../settings/pools-file.ts";
import { describeListenAddress } from "../../http/listen-address.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import type { Environment } from "../../settings/environment.ts";
import { unknownSettings } from "../../settings/unknown-settings.ts";
import { isNothingSetUp, SETUP } from "./setup-check.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import { countText } from "../../../shared/text/count-text.ts";

/** What the file alone cannot know is judged by docker-limits on the host itself. */
const ASKED_OF_DOCKER = /resources\.(?:cpus|pidsLimit)$/;

/** The pools file as it was read, and the check that tells of it; no fleet where it cannot be used. */
export function readFleet(
  settings: AgentSettings,
  cwd: string,
  env: Environment,
): { readonly fleet: Fleet | null; readonly check: Check } {
  const { configFile } = settings;
  const line = (problem: ConfigProblem): string => describeProblem(configFile, problem);
  const asCheck = (finding: Finding): Check => asked("config-pools", () => finding);
  try {
    const { fleet, warnings: all } = readPoolsFile({ file: configFile, cwd, env });
    const warnings = all.filter(({ path }) => !ASKED_OF_DOCKER.test(path));
    const summary = `${configFile}: ${countText(fleet.pools.length, "pool")}`;
    if (warnings.length === 0) return { fleet, check: asCheck({ status: "pass", summary }) };
    const remedy = "see them by themselves: hookline config check";
    return { fleet, check: asCheck({ status: "warn", summary, detail: warnings.map(line).join("\n"), remedy }) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const detail = error.problems.map(line).join("\n");
    if (!existsSync(configFile)) return { fleet: null, check: asked("config-pools", () => judgeMissing(settings)) };
    const remedy = "correct the file, then: hookline config check";
    return { fleet: null, check: asCheck({ status: "fail", summary: `${configFile} cannot be used`, detail, remedy }) };
  }
}

function asked(id: string, run: () => Finding): Check {
  return { id, group: "agent", run };
}

/** init makes the file. @throws {Skipped} where nobody has begun, which is the one finding then */
function judgeMissing(settings: AgentSettings): Finding {
  if (isNothingSetUp(settings)) throw new Skipped("nothing is set up yet", SETUP);
  const remedy =
    "in the checkout: cp config/pools.example.yaml config/pools.yaml, and write your names into it; or name another file in HOOKLINE_CONFIG";
  return { status: "fail", summary: `there is no pools file ${settings.configFile}`, remedy };
}

/** Whether some variable of ours is misspelt. */
export function settingsCheck(env: Environment): Check {
  return { id: "config-settings", group: "agent", run: () => judgeSettings(env) };
}

/** Who may read what the agent serves. */
export function httpCheck({ http }: AgentSettings): Check {
  return { id: "config-http", group: "agent", run: () => judgeHttp(http) };
}

function judgeHttp({ listen, read, token }: AgentSettings["http"]): Finding {
  if (listen === null) return { status: "pass", summary: "HOOKLINE_HTTP is not set: nothing is served" };
  const at = describeListenAddress(listen);
  const remedy =
    "set HOOKLINE_HTTP_TOKEN_FILE to a file with the output of openssl rand -hex 32, and not HOOKLINE_HTTP_READ";
  if (read === "open") {
    const summary = `whoever reaches ${at} may read names of repositories and jobs: HOOKLINE_HTTP_READ is open`;
    return { status: "warn", summary, remedy };
  }
  if (token !== null) return { status: "pass", summary: `${at} is read with a token` };
  return { status: "fail", summary: "HOOKLINE_HTTP is set without a token: the agent does not start", remedy };
}

function judgeSettings(env: Environment): Finding {
  const unknown = unknownSettings(env);
  if (unknown.length === 0) return { status: "pass", summary: "every HOOKLINE_… variable is known" };
  return {
    status: "warn",
    summary: unknown.map(({ path, message }) => `${path} ${message}`).join("; "),
    remedy: `correct it in the agent's environment, or: unset ${unknown.map(({ path }) => path).join(" ")}`,
  };
}
