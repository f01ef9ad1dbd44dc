import type { RunnerRelease } from "../../github/calls/inspector.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import type { Finding } from "../check/check.ts";

const DAY_MS = 24 * 60 * 60_000;
/**
 * A runner is given no jobs once a release newer than it is that old.
 * https://docs.github.com/en/actions/reference/runners/self-hosted-runners#runner-software-updates-on-self-hosted-runners
 */
const UPDATE_WITHIN_MS = 30 * DAY_MS;
const NOTICE_MS = 10 * DAY_MS;
/** Older versions are not registered. https://github.com/orgs/community/discussions/194762 */
export const MINIMUM_VERSION = "2.329.0";

export interface VersionFacts {
  /** Of the runner in the image; null where neither tag nor label nor GitHub's list says. */
  readonly version: string | null;
  /** Null where GitHub could not be asked for them. */
  readonly releases: readonly RunnerRelease[] | null;
  /** When the image was built, milliseconds since the epoch; null where it does not say. */
  readonly builtAtMs: number | null;
  readonly nowMs: number;
}

/** Whether GitHub still gives jobs to the runner in an image, and for how long it will. */
export function judgeVersion(image: string, facts: VersionFacts): Finding {
  const { version, releases } = facts;
  const renew = `docker pull ${image}`;
  if (version !== null && compareVersions(version, MINIMUM_VERSION) < 0) {
    return {
      status: "fail",
      summary: `runner ${version} is older than ${MINIMUM_VERSION}, GitHub's minimum: it is not registered`,
      remedy: newerTag(image, renew),
    };
  }
  if (version === null || releases === null || releases.length === 0) return judgeAge(facts, renew);
  const newer = releases.filter((release) => compareVersions(release.version, version) > 0);
  if (newer.length === 0) return { status: "pass", summary: `runner ${version} is the newest` };
  const deadlineMs = Math.min(...newer.map(({ publishedAtMs }) => publishedAtMs)) + UPDATE_WITHIN_MS;
  const leftMs = deadlineMs - facts.nowMs;
  const newest = newer.reduce((a, b) => (compareVersions(a.version, b.version) > 0 ? a : b)).version;
  const remedy = newerTag(image, renew, newest);
  if (leftMs <= 0) {
    const summary = `runner ${version} is past GitHub's 30 days by ${ageText(-leftMs)}: jobs may stay queued; ${newest} is the newest`;
    return { status: "fail", summary, remedy };
  }
  const summary = `GitHub gives runner ${version} jobs for ${ageText(leftMs)} yet; ${newest} is the newest`;
  return leftMs > NOTICE_MS ? { status: "pass", summary } : { status: "warn", summary, remedy };
}

/** Where the version is not known, the image's age stands for it. */
function judgeAge({ version, builtAtMs, nowMs }: VersionFacts, renew: string): Finding {
  const known =
    version === null ? "the runner's version is not known" : `runner ${version}; GitHub's releases are not known`;
  if (builtAtMs === null) return { status: "pass", summary: `${known}, nor when the image was built` };
  const ageMs = Math.max(0, nowMs - builtAtMs);
  const summary = `${known}; the image was built ${ageText(ageMs)} ago`;
  if (ageMs <= UPDATE_WITHIN_MS) return { status: "pass", summary };
  return { status: "warn", summary: `${summary}, GitHub asks for an update within 30 days`, remedy: renew };
}

/** A tag that is a version is never renewed by a pull. */
function newerTag(image: string, renew: string, newest = MINIMUM_VERSION): string {
  const tag = tagVersion(image);
  return tag === null ? renew : `set image: ${image.slice(0, image.lastIndexOf(":"))}:${newest} in config/pools.yaml`;
}

/** The version in an image's tag, as `ghcr.io/actions/actions-runner:2.336.0` has it, or null. */
export function tagVersion(image: string): string | null {
  return /:v?(\d+\.\d+\.\d+)(?:[-+][\w.-]+)?(?:@.*)?$/.exec(image)?.[1] ?? null;
}

/** Negative when `a` is older. By number: 2.99.0 is older than 2.336.0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
  for (const index of [0, 1, 2]) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
