import type { CheckAnswer, CheckResult } from "./check.ts";

/** Whether an answer is final by itself; what is not is shown when all are in. */
export function isSettled({ status, fault }: CheckAnswer): boolean {
  return status !== "skip" && fault === undefined;
}

/**
 * One fault, one finding: of checks that fail for one cause that they share, the first tells of it and the others are
 * skipped; each check that could not judge names the one that says why, where that one failed or warned.
 */
export function settle(answers: readonly CheckAnswer[]): readonly CheckResult[] {
  const merged = answers.map((answer) => sharedFault(answer, answers));
  return merged.map(({ see, fault: _fault, ...result }) =>
    result.status === "skip" ? { ...result, summary: led(result.summary, see ?? [], merged) } : result,
  );
}

/** A name server or a line that is down fails every check that needs it; one name that does not resolve fails one. */
function sharedFault(answer: CheckAnswer, all: readonly CheckAnswer[]): CheckAnswer {
  const { fault, status } = answer;
  if (fault === undefined || status !== "fail") return answer;
  const alike = all.filter((each) => each.fault === fault && each.status === "fail");
  const leader = alike.find(isHost) ?? alike[0];
  const isOutage = alike.length > 1 && !all.some((each) => isHost(each) && each.status === "pass");
  if (!isOutage || leader === undefined || leader === answer) return answer;
  const { remedy: _remedy, detail: _detail, ...rest } = answer;
  return { ...rest, status: "skip", see: [leader.id] };
}

function isHost({ id }: CheckAnswer): boolean {
  return id.startsWith("github-host:");
}

function led(summary: string, see: readonly string[], all: readonly CheckAnswer[]): string {
  const leader = leaderOf(see, all);
  if (leader !== null) return `${summary}; see ${leader}`;
  const isAsked = see.length === 0 || see.some((id) => all.some((each) => isOf(each, id)));
  return isAsked ? summary : `${summary}; ${see[0]} was not asked: hookline doctor asks all`;
}

/** The first that failed, else that warned, among those named and those that they name in turn. */
function leaderOf(see: readonly string[], all: readonly CheckAnswer[]): string | null {
  const seen = new Set<CheckAnswer>();
  const open = [...see];
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    for (const each of all) {
      if (!isOf(each, id) || seen.has(each)) continue;
      seen.add(each);
      if (each.status === "skip") open.push(...(each.see ?? []));
    }
  }
  const told = (["fail", "warn"] as const).map((status) => [...seen].find((each) => each.status === status));
  return told.find((each) => each !== undefined)?.id ?? null;
}

/** `github-access` names each check of that kind. */
function isOf(each: CheckAnswer, id: string): boolean {
  return each.id === id || each.id.startsWith(`${id}:`);
}
