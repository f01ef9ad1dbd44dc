import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Fleet } from "../../../shared/fleet/pool.ts";
import type { Status } from "../../../shared/status/status.ts";
import { AGENT_CONTAINER } from "../../cli/agent-container.ts";
import { shortHash } from "../../slots/pool-hash.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { Skipped, type Finding } from "../check/check.ts";

export interface LoadedOptions {
  /** The pools as this doctor reads them; null where its file cannot be used. */
  readonly fleet: Fleet | null;
  readonly file: string;
  readonly cwd: string;
}

/** Whether the daemon serves the pools file that this doctor reads. */
export function judgeLoaded({ fleet: loaded, atMs }: Status, { fleet, file, cwd }: LoadedOptions): Finding {
  const refused = loaded.file?.refused ?? null;
  if (refused !== null) {
    return {
      status: "fail",
      summary: `the agent refused the pools file ${ageText(atMs - refused.atMs)} ago and serves the one before`,
      detail: refused.message,
      remedy: "correct the file: hookline config check says where",
    };
  }
  if (fleet === null) throw new Skipped("the pools file cannot be used here", "config-pools");
  if (loaded.hash === shortHash(fleet)) {
    const pools = loaded.pools.join(", ");
    return { status: "pass", summary: `the agent serves this pools file: ${pools}` };
  }
  return {
    status: "warn",
    summary: "the agent serves other pools than this file says",
    ...whyOther(loaded, file, cwd),
  };
}

function whyOther({ file: theirs, pools }: Status["fleet"], file: string, cwd: string) {
  const serves = `it serves ${pools.join(", ")}`;
  if (theirs === null) {
    return { detail: serves, remedy: `restart the agent: docker restart ${AGENT_CONTAINER}; running jobs go on` };
  }
  const ours = resolve(cwd, file);
  if (theirs.path !== ours) {
    const remedy = `run the doctor where the agent runs, or with its file: HOOKLINE_CONFIG=${theirs.path}`;
    return { detail: `${serves}, from ${theirs.path}; this doctor reads ${ours}`, remedy };
  }
  if (theirs.sha256 === sha256Of(ours)) {
    const remedy = "give agent and doctor the same environment, or run the doctor in the agent's container";
    return { detail: `${serves}; the file is the same, the values of its \${NAME}s are not`, remedy };
  }
  return { detail: `${serves}; the file was changed since`, remedy: "have it taken up now: hookline reload" };
}

function sha256Of(path: string): string | null {
  try {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
  } catch {
    return null;
  }
}
