import type { Status } from "../../../shared/status/status.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import type { Finding } from "../check/check.ts";
import { countText } from "../../../shared/text/count-text.ts";

/** An engine may take a while to remove what it has just stopped. */
const TRIED_IN_VAIN = 3;

/** Containers that ended and that the engine does not remove. They take no place, only disk. */
export function judgeRemains({ remains, atMs }: Status): Finding {
  const stuck = remains.filter(({ tries }) => tries >= TRIED_IN_VAIN);
  const [first] = stuck.toSorted((a, b) => a.sinceMs - b.sinceMs);
  if (first === undefined) return { status: "pass", summary: "the engine removes what has ended" };
  return {
    status: "warn",
    summary: `${countText(stuck.length, "container")} ended and cannot be removed, ${first.slot} for ${ageText(atMs - first.sinceMs)}; places are free all the same`,
    ...(first.lastError === null ? {} : { detail: first.lastError }),
    remedy: `docker rm -f ${first.slot}; if the engine refuses, restart it when no job runs`,
  };
}
