import type { Fleet, Pool } from "../../shared/fleet/pool.ts";
import { namedRepositories, ownersOf } from "../../shared/fleet/pool.ts";
import { signAsGitHub } from "./sign-as-github.ts";

/** A delivery of our own making, signed as GitHub signs. */
export interface SampleDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The command whose delivery it is, which its job's name says. */
type Sender = "doctor --probe" | "send-sample";

/**
 * A delivery that goes the whole way and starts nothing: a job that is over already, of an id that GitHub does not
 * give (its ids are far smaller than milliseconds since the epoch). It looks like one of the fleet's, so that the
 * edge keeps it; without a fleet it is nobody's, which an edge keeps that no agent has told of its pools.
 */
export function sampleDelivery(
  fleet: Fleet | null,
  secret: string,
  guid: string,
  nowMs: number,
  sender: Sender,
): SampleDelivery {
  const body = JSON.stringify(payloadOf(fleet?.pools[0] ?? null, nowMs, sender));
  return {
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": `hookline-${sender.split(" ")[0]}`,
      "x-github-event": "workflow_job",
      "x-github-delivery": guid,
      "x-hub-signature-256": signAsGitHub(body, secret),
    },
  };
}

function payloadOf(pool: Pool | null, nowMs: number, sender: Sender): object {
  const named = pool === null ? null : namedRepositories(pool);
  const [owner = "nobody"] = pool === null ? [] : ownersOf(pool);
  const repository = named?.[0] ?? `${owner}/hookline-probe`;
  return {
    action: "completed",
    workflow_job: {
      id: nowMs,
      run_id: nowMs,
      run_attempt: 1,
      name: `hookline ${sender}`,
      status: "completed",
      conclusion: "skipped",
      labels: ["self-hosted", ...(pool?.labels ?? [])],
      runner_name: null,
      runner_group_name: null,
      created_at: null,
      started_at: null,
      completed_at: new Date(nowMs).toISOString(),
    },
    repository: { full_name: repository, private: pool?.visibility !== "public" },
  };
}
