import type { EngineStatus } from "../../shared/status/engine-status.ts";
import type { Status } from "../../shared/status/status.ts";
import type { Condition, Judgement } from "./notice.ts";
import type { NoticeRule } from "../settings/notice-rules.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A link that is dialled anew after a deploy or a router's restart is up again by then. */
const LINK_MS = 5 * MINUTE_MS;
const DOCKER_MS = 2 * MINUTE_MS;
const SLOTS_MS = 5 * MINUTE_MS;
/** Sweeps that read nothing whole for so many intervals. */
const STALE_INTERVALS = 10;
const LOW = 0.1;
/**
 * GitHub gives no jobs to a runner once a newer one has been out for 30 days.
 * https://docs.github.com/en/actions/reference/runners/self-hosted-runners#runner-software-updates-on-self-hosted-runners
 */
const IMAGE_OLD_MS = 23 * DAY_MS;
const TOKEN_ENDS_MS = 14 * DAY_MS;
/** Code of a start that failed for the want of an image: SlotErrorCode `image`. */
const NO_IMAGE = "slot-image";

const known = (conditions: readonly (Condition | null)[]): Judgement => ({
  conditions: conditions.filter((condition) => condition !== null),
  unknown: new Set(),
});
const unknown = (rule: NoticeRule): Judgement => ({ conditions: [], unknown: new Set([rule]) });

/** What the status document says is wrong. `waitingTooLongMs` is how long a job may wait. */
export function judgeAgent(status: Status, waitingTooLongMs: number): readonly Judgement[] {
  // Before what exists is adopted and told, the document says less than is so.
  const isBeginning = status.agent.holds.length > 0;
  return [
    isBeginning ? unknown("job-waits") : jobWaits(status, waitingTooLongMs),
    linkDown(status),
    sweepsStale(status),
    imageOld(status),
    ...slotsFail(status),
    dockerDown(status),
    quotaLow(status),
    diskLow(status),
    tokenEnds(status),
  ];
}

function jobWaits({ atMs, jobs }: Status, waitingTooLongMs: number): Judgement {
  const late = jobs.waiting.filter(({ sinceMs, phase }) => phase === "queued" && atMs - sinceMs >= waitingTooLongMs);
  const [oldest] = late;
  if (oldest === undefined) return known([]);
  const minutes = Math.floor((atMs - oldest.sinceMs) / MINUTE_MS);
  const others = late.length === 1 ? "" : `, and ${late.length - 1} more`;
  const text = `${oldest.name ?? "job"} of ${oldest.repository} has waited for ${minutes} minutes${others}: ${oldest.why}`;
  return known([{ rule: "job-waits", key: "job-waits", text, remedy: oldest.remedy, afterMs: 0 }]);
}

function linkDown({ link }: Status): Judgement {
  if (link.state === "up" || link.state === "none") return known([]);
  const close = link.lastClose;
  const reason = close === null ? "" : `: ${close.reason === "" ? `closed with ${close.code}` : close.reason}`;
  const remedy = close?.remedy ?? "hookline doctor says which part of the way does not answer";
  const text = `The link to the edge is down${reason}. Sweeps find the jobs meanwhile, later.`;
  return known([{ rule: "link-down", key: "link-down", text, remedy, afterMs: LINK_MS }]);
}

function sweepsStale({ atMs, agent, sweeps }: Status): Judgement {
  const sinceMs = sweeps.lastCompleteAtMs ?? agent.startedAtMs;
  if (atMs - sinceMs <= STALE_INTERVALS * sweeps.intervalMs) return known([]);
  const [first] = sweeps.failures;
  const text = `No sweep of GitHub has read everything for ${Math.floor((atMs - sinceMs) / MINUTE_MS)} minutes${first === undefined ? "" : `: ${first.what}, ${first.message}`}`;
  const remedy = first?.remedy ?? "hookline status shows the sweeps";
  return known([{ rule: "sweeps-stale", key: "sweeps-stale", text, remedy, afterMs: 0 }]);
}

function imageOld({ atMs, pools }: Status): Judgement {
  const seen = pools.filter(({ imageBuiltAtMs }) => imageBuiltAtMs != null);
  if (seen.length === 0) return unknown("image-old");
  return known(
    seen.map(({ key, image, imageBuiltAtMs }) => {
      const ageMs = atMs - (imageBuiltAtMs ?? atMs);
      if (ageMs < IMAGE_OLD_MS) return null;
      const text = `The runner image of pool ${key} was built ${Math.floor(ageMs / DAY_MS)} days ago; GitHub gives a runner no jobs once a newer one has been out for 30 days.`;
      return {
        rule: "image-old",
        key: `image-old ${key}`,
        text,
        remedy: `docker pull ${image}, or set a newer tag`,
        afterMs: 0,
      };
    }),
  );
}

function slotsFail({ pools }: Status): readonly Judgement[] {
  return pools.map(({ key, lastFailure, outcomes, idle, held }) => {
    if (lastFailure === null) {
      // After a start nobody knows before a slot has been tried.
      const isKnown = outcomes.length > 0 || idle > 0 || held > 0;
      return isKnown ? known([]) : { conditions: [], unknown: new Set<NoticeRule>(["slots-fail", "image-refused"]) };
    }
    const isImage = lastFailure.code === NO_IMAGE;
    const rule = isImage ? "image-refused" : "slots-fail";
    const what = isImage ? "The runner image cannot be had" : "Slots cannot be started";
    const text = `${what} in pool ${key}: ${lastFailure.message}`;
    const remedy = lastFailure.remedy ?? "hookline doctor";
    return known([{ rule, key: `${rule} ${key}`, text, remedy, afterMs: SLOTS_MS }]);
  });
}

function dockerDown({ engine, engines = [] }: Status): Judgement {
  if (engines.length > 1) return enginesDown(engines);
  if (engine?.reachable == null) return unknown("docker-down");
  if (engine.reachable) return known([]);
  const text = "The Docker Engine does not answer: no slot starts.";
  return known([
    { rule: "docker-down", key: "docker-down", text, remedy: "look at it: docker info", afterMs: DOCKER_MS },
  ]);
}

/** Each engine that a pool names, by itself. */
function enginesDown(engines: readonly EngineStatus[]): Judgement {
  return known(
    engines.map(({ name, used, silentSinceMs }) => {
      if (!used || silentSinceMs === null) return null;
      const text = `The engine ${name} does not answer: no slot starts there.`;
      const remedy = "look at its machine; hookline doctor says what stands in the way";
      return { rule: "docker-down", key: `docker-down ${name}`, text, remedy, afterMs: DOCKER_MS };
    }),
  );
}

function quotaLow({ sweeps: { credential } }: Status): Judgement {
  if (credential.limits.length === 0) return unknown("quota-low");
  return known(
    credential.limits.map(({ resource, limit, remaining }) => {
      if (limit === 0 || remaining / limit >= LOW) return null;
      const text = `${remaining} of ${limit} calls are left of GitHub's limit ${resource}.`;
      const remedy = "raise HOOKLINE_SWEEP_INTERVAL_SECONDS, or find who else uses the credential";
      return { rule: "quota-low", key: `quota-low ${resource}`, text, remedy, afterMs: 0 };
    }),
  );
}

function diskLow({ disk }: Status): Judgement {
  if (disk === undefined) return unknown("disk-low");
  if (disk.totalBytes === 0 || disk.freeBytes / disk.totalBytes >= LOW) return known([]);
  const percent = ((100 * disk.freeBytes) / disk.totalBytes).toFixed(1);
  const text = `${percent} % of the disk of HOOKLINE_DATA is free.`;
  return known([
    { rule: "disk-low", key: "disk-low", text, remedy: "docker system df shows what takes it", afterMs: 0 },
  ]);
}

function tokenEnds({ atMs, sweeps: { credential } }: Status): Judgement {
  const endsAtMs = credential.expiresAtMs;
  if (endsAtMs === undefined) return unknown("token-ends");
  if (endsAtMs === null || endsAtMs - atMs >= TOKEN_ENDS_MS) return known([]);
  const days = Math.floor((endsAtMs - atMs) / DAY_MS);
  const text = days < 0 ? "GitHub's token has ended." : `GitHub's token ends in ${days} days.`;
  const remedy = "make another one and put it into its file; no restart is needed";
  return known([{ rule: "token-ends", key: "token-ends", text, remedy, afterMs: 0 }]);
}
