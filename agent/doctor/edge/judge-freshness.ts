import { AGENT_CONTAINER, COMPOSE } from "../../cli/agent-container.ts";
import { edgeName, setSecret } from "../../edge/edge-remedies.ts";
import { knownRefusals } from "../../edge/known-refusals.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { hookName } from "../../github/model/delivery-log.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import type { Finding } from "../check/check.ts";
import { answersText, deliveriesCommand, throttledText, type HookEvidence } from "../github/delivery-evidence.ts";
import { countText } from "../../../shared/text/count-text.ts";

const BACKLOG_MS = 60_000;
const AGENT_LOG = `docker logs --tail 100 ${AGENT_CONTAINER}`;

/** A job that GitHub's REST API shows and of which no signal came. */
export interface UnseenJob {
  readonly id: number;
  /** `owner/name`. */
  readonly repository: string;
  readonly createdAtMs: number;
}

/** What others than the edge know of the same time. */
export interface OutsideEvidence {
  /** GitHub's own log of each of our hooks; null where it may not be read. */
  readonly logs: readonly HookEvidence[] | null;
  /** Jobs for our pools, seen by a sweep and queued since the edge's last signal. */
  readonly unseenJobs: readonly UnseenJob[];
}

const NOTHING_OUTSIDE: OutsideEvidence = { logs: null, unseenJobs: [] };

/**
 * What the times in the mailbox mean, held against what GitHub says. Silence alone is no failure: quiet repositories
 * look the same; only GitHub's log or a sweep tells them from a deaf hook. The gravest state leads, others follow in
 * the detail. `pollIntervalMs` is how often the agent sweeps.
 */
export function judgeFreshness(
  freshness: Freshness,
  pollIntervalMs: number,
  outside: OutsideEvidence = NOTHING_OUTSIDE,
): Finding {
  const [worst, ...others] = [
    rejecting(freshness, outside),
    splitIdentity(freshness),
    linkDown(freshness),
    deaf(freshness, outside),
    elsewhere(freshness, outside),
    missedBySignals(freshness, outside),
    backlog(freshness),
  ].filter((finding) => finding !== null);
  const refused = worst?.summary.startsWith(REJECTING) === true ? null : refusals(freshness, outside);
  if (worst !== undefined) return withAlso(worst, refused === null ? others : [...others, refused]);
  const quiet = silence(freshness, pollIntervalMs, outside);
  if (refused?.status === "warn") return withAlso(refused, quiet.status === "pass" ? [] : [quiet]);
  return withAlso(quiet, refused === null ? [] : [refused]);
}

function withAlso(finding: Finding, others: readonly Finding[]): Finding {
  const detail = [finding.detail, ...others.map(({ summary }) => `also ${summary}`)].filter(
    (line) => line !== undefined,
  );
  return detail.length === 0 ? finding : { ...finding, detail: detail.join("\n") };
}

const REJECTING = "rejecting: ";
const UNKNOWN_REFUSALS =
  "the edge counts refusals while an agent is connected; GitHub has its own in Recent Deliveries on the hook's page";

/** Anybody may send what is refused: only GitHub's log tells whether GitHub's own deliveries were. */
function refusals(freshness: Freshness, { logs }: OutsideEvidence): Finding | null {
  const { rejectedSinceAccepted: count } = freshness;
  if (knownRefusals(freshness) === null && (logs ?? []).length === 0) {
    return { status: "pass", summary: `nobody knows what was refused: ${UNKNOWN_REFUSALS}` };
  }
  if (count === 0) return null;
  if (logs !== null && logs.length > 0) {
    return {
      status: "pass",
      summary: `${countText(count, "request of a stranger was", "requests of strangers were")} refused since the last delivery`,
    };
  }
  return {
    status: "warn",
    summary: `${countText(count, "request")} with a wrong signature or none since the last delivery; strangers send such, and so does GitHub where the secrets differ`,
    remedy:
      "look at Recent Deliveries on the hook's page: only if GitHub was answered 401, set the hook's secret and the Worker's GITHUB_WEBHOOK_SECRET to the same value",
  };
}

/** GitHub's own log says that the edge refused it. */
function rejecting(
  { rejectedSinceAccepted: count, rejected, lastRejectedAt, now, kind }: Freshness,
  { logs }: OutsideEvidence,
): Finding | null {
  const isRefused = (logs ?? []).some(({ failing }) => failing.some(({ statusCode }) => statusCode === 401));
  if (count === 0 || !isRefused) return null;
  const reasons = Object.entries(rejected ?? {}).flatMap(([reason, times]) =>
    times > 0 ? [`${times} ${reason}`] : [],
  );
  const last = lastRejectedAt === null ? "" : `the last one ${ageText(now - lastRejectedAt)} ago`;
  return {
    status: "fail",
    summary: `${REJECTING}${countText(count, "delivery", "deliveries")} with a wrong signature or none since the last accepted one`,
    ...(reasons.length === 0 ? {} : { detail: `signature ${reasons.join(", ")}; ${last}` }),
    remedy: `set the hook's secret and that of ${edgeName(kind)} to the same value: ${setSecret(kind, "GITHUB_WEBHOOK_SECRET")}`,
  };
}

function splitIdentity({ fight }: Freshness): Finding | null {
  if (fight == null) return null;
  const [a, b] = [fight.incumbent, fight.challenger].map(({ instance, host }) => `${instance} on ${host}`);
  return {
    status: "fail",
    summary: `two agents on one identity: ${a} has the link, ${b} is kept out`,
    remedy: `run one agent only: on ${fight.challenger.host} docker stop ${AGENT_CONTAINER}, or give it an edge of its own`,
  };
}

function linkDown({ agent, now, unacked }: Freshness): Finding | null {
  if (agent.connected) return null;
  const seen = agent.lastSeenAt === null ? "" : `, last heard of ${ageText(now - agent.lastSeenAt)} ago`;
  const waiting = unacked === 0 ? "" : `; ${countText(unacked, "signal waits", "signals wait")} for it`;
  return {
    status: "fail",
    summary: `link down: no agent is connected to the edge${seen}${waiting}`,
    remedy: `start the agent: ${COMPOSE} up -d; if it runs: ${AGENT_LOG}`,
  };
}

/** GitHub's log says that the hook's last deliveries failed. */
function deaf({ now }: Freshness, { logs }: OutsideEvidence): Finding | null {
  const broken = (logs ?? []).filter(({ failing }) => failing.length > 0);
  const [first] = broken;
  if (first === undefined) return null;
  const said = broken.map((evidence) => {
    const { hook, failing, deliveries } = evidence;
    const since = ageText(now - (failing.at(-1)?.firstAtMs ?? now));
    const all = failing.length === deliveries ? "all" : "the last";
    return `${all} ${countText(failing.length, "delivery", "deliveries")} of ${hookName(hook)} failed within ${since} (${answersText(failing)}${throttledText(failing)})`;
  });
  return {
    status: "fail",
    summary: `stale: GitHub's log has what never came here: ${said[0]}`,
    ...(said.length === 1 ? {} : { detail: said.slice(1).join("\n") }),
    remedy: `see what GitHub was answered: ${deliveriesCommand(first.hook)}; sweeps serve the jobs meanwhile`,
  };
}

/** GitHub's log says that deliveries arrived, and this mailbox has never seen one. */
function elsewhere({ lastDeliveryAt, hooks }: Freshness, { logs }: OutsideEvidence): Finding | null {
  if (lastDeliveryAt !== null || (hooks ?? []).length > 0) return null;
  const arrived = (logs ?? []).find(({ lastGoodAtMs }) => lastGoodAtMs !== null);
  if (arrived === undefined) return null;
  return {
    status: "fail",
    summary: `stale: GitHub delivered by ${hookName(arrived.hook)}, and this mailbox has never received anything`,
    remedy: "check that HOOKLINE_EDGE_URL is the deployment that the hook points at, and its HOOKLINE_FLEET",
  };
}

function missedBySignals({ now }: Freshness, { unseenJobs }: OutsideEvidence): Finding | null {
  const oldest = unseenJobs.toSorted((a, b) => a.createdAtMs - b.createdAtMs)[0];
  if (oldest === undefined) return null;
  const { id, repository, createdAtMs } = oldest;
  return {
    status: "fail",
    summary: `stale: a sweep sees ${countText(unseenJobs.length, "job")} of which no webhook came, the oldest ${id} of ${repository}, ${ageText(now - createdAtMs)} old`,
    remedy: `check that a hook of ${repository} or its owner sends workflow_job here: gh api repos/${repository}/hooks`,
  };
}

function backlog({ oldestUnackedMs, unacked, gap }: Freshness): Finding | null {
  if (gap !== null) {
    return {
      status: "fail",
      summary: `backlog: the mailbox was full and gave up the signals ${gap.from} to ${gap.to}; sweeps find their jobs`,
      remedy: `let the agent catch up: ${AGENT_LOG}`,
    };
  }
  if (oldestUnackedMs === null || oldestUnackedMs <= BACKLOG_MS) return null;
  return {
    status: "fail",
    summary: `backlog: ${countText(unacked, "signal waits", "signals wait")} for the agent, the oldest for ${ageText(oldestUnackedMs)}`,
    remedy: `start the agent, or look at its log: ${AGENT_LOG}`,
  };
}

function silence(freshness: Freshness, pollIntervalMs: number, { logs }: OutsideEvidence): Finding {
  const { now, lastDeliveryAt } = freshness;
  if (lastDeliveryAt === null) {
    return {
      status: "warn",
      summary: "never received: no delivery has arrived yet, as after a fresh install",
      remedy: "add the webhook at GitHub, or try the chain: hookline doctor --probe",
    };
  }
  const silentMs = Math.max(0, now - lastDeliveryAt);
  if (silentMs <= pollIntervalMs) return { status: "pass", summary: `last delivery ${ageText(silentMs)} ago` };
  const silent = `silent for ${ageText(silentMs)}, longer than the poll interval of ${ageText(pollIntervalMs)}`;
  if (logs !== null && logs.length > 0) {
    return { status: "pass", summary: `quiet: ${silent}, and GitHub's own log is quiet too` };
  }
  return {
    status: "warn",
    summary: silent,
    detail: "quiet repositories look the same, and GitHub's log may not be read; sweeps find jobs meanwhile",
    remedy:
      "let the token read webhooks (admin:org_hook or Webhooks: read), or look at Recent Deliveries on the hook's page",
  };
}
