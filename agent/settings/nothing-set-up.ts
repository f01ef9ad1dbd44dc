import type { ConfigProblem } from "../../shared/fleet/config-error.ts";
import type { Environment } from "./environment.ts";
import { secretFile } from "./setting-text.ts";
import { readTextFile } from "./text-file.ts";

/** What somebody types who has not begun. */
export const BEGIN =
  "in a checkout of Hookline, on a PC: npx -y pnpm@12 hookline init --organization NAME (or --repository OWNER/NAME); then start the agent with the files that it writes";

/** The edge and the credentials, one of which whoever has begun has set. */
const BEGUN = ["HOOKLINE_TOKEN", "GITHUB_TOKEN", "GITHUB_APP_PRIVATE_KEY"];

/**
 * What leads the problems of an environment in which nobody has begun, as of a container that is started without any files:
 * no edge is set, and of both credentials nothing but files that are not there. Null where somebody has.
 */
export function notBegun(env: Environment, cwd: string): ConfigProblem | null {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  const files = BEGUN.map((name) => secretFile(name, env, cwd)).filter((file) => file !== null);
  if (isSet("HOOKLINE_EDGE_URL") || BEGUN.some(isSet) || files.length < 2 || !files.every(isAbsent)) return null;
  return { path: "", message: `nothing is set up yet; ${BEGIN}` };
}

/** What may not be looked at is there, or may be. */
function isAbsent(file: string): boolean {
  const read = readTextFile(file);
  return "failed" in read && read.absent;
}
