import { errorFields, toFailure } from "../../shared/errors/message-of.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import type { ServingPool } from "../../shared/controller/pool-choice.ts";
import type { Pool } from "../../shared/fleet/pool.ts";
import { resourcesOfSize } from "../../shared/fleet/sizes.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { soon } from "../clock/soon.ts";
import { wallTimeMs } from "../clock/two-clocks.ts";
import { runnerGroupOf } from "../github/model/scope.ts";
import { GitHubError, type GitHub, type JitRunner } from "../github/model/types.ts";
import type { SlotSteps } from "../journal/slot-records.ts";
import { toRunnerScope } from "./runner-scope.ts";
import { SlotError, type OnWaits, type SlotProvider } from "./slot-provider.ts";

export interface BringUpDeps {
  readonly github: GitHub;
  readonly provider: SlotProvider;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface BringUpRequest {
  readonly name: string;
  readonly serving: ServingPool;
  readonly scope: string;
  /** The labels of the size that it is to have, beside those of its pool. */
  readonly sizeLabels: readonly string[];
  /** Called once GitHub knows the runner. */
  readonly onRegistered: (runnerId: number) => void;
  readonly onWaits: OnWaits;
  readonly signal: AbortSignal;
}

export type BringUpResult =
  | { readonly ok: true; readonly startedAtMs: number; readonly steps: SlotSteps }
  | {
      readonly ok: false;
      readonly code: string;
      readonly retryAtMs: number | null;
      /** What went wrong, for people. */
      readonly message: string;
      readonly remedy: string | null;
    };

/** Takes one slot from an intent to a running container; whatever fails on the way leaves nothing behind. */
export async function bringUp(deps: BringUpDeps, request: BringUpRequest): Promise<BringUpResult> {
  const { clock, github } = deps;
  let runner: JitRunner | null = null;
  try {
    await deps.provider.admit?.(request.name, sizedPool(request), request.signal);
    const runnerGroupId = await runnerGroupOf(github, request.serving.pool, request.signal);
    const jitAskedAtMs = clock.now();
    runner = await mint(github, request, runnerGroupId);
    const jitAtMs = clock.now();
    request.onRegistered(runner.runnerId);
    const { startedAtMs } = await startWithin(deps, request, runner);
    return { ok: true, startedAtMs, steps: { jitAskedAtMs, jitAtMs, startedAtMs, runnerId: runner.runnerId } };
  } catch (error) {
    const failedMs = clock.monotonicMs();
    deps.provider.dismiss?.(request.name);
    const { code, waitMs } = failureOf(error, clock.now());
    await withdraw(deps, request, runner, error);
    // By the clock as it is now: it may have been set meanwhile.
    const retryAtMs = waitMs === null ? null : Math.max(clock.now(), wallTimeMs(clock, failedMs + waitMs));
    const { message, remedy = null } = toFailure(error);
    return { ok: false, code, retryAtMs, message, remedy };
  }
}

/** A start that takes longer than its pool allows is given up, whatever it hangs on. */
function startWithin({ provider, clock }: BringUpDeps, request: BringUpRequest, runner: JitRunner) {
  const { startDeadlineMs } = request.serving.pool.container;
  const start = (signal: AbortSignal) => provider.start(specOf(request, runner), signal, request.onWaits);
  return soon(start, startDeadlineMs, clock, request.signal, tooLate(startDeadlineMs));
}

function tooLate(limitMs: number): SlotError {
  return new SlotError(
    "start-failed",
    `The container did not start within ${limitMs / 1000} s.`,
    "Pull the image beforehand, look at the load of the disks, or raise startDeadlineSeconds of the pool.",
  );
}

function mint(github: GitHub, request: BringUpRequest, runnerGroupId: number): Promise<JitRunner> {
  const { name, serving, scope, sizeLabels, signal } = request;
  const labels = [...serving.runnerLabels, ...sizeLabels];
  const { workFolder } = serving.pool;
  return github.createJitRunner(toRunnerScope(scope), { name, runnerGroupId, labels, workFolder }, signal);
}

/** The pool with the limits of this slot: room is kept for what the slot may take. */
function sizedPool({ serving: { pool }, sizeLabels }: BringUpRequest): Pool {
  return { ...pool, resources: resourcesOfSize(pool.resources, sizeLabels) };
}

function specOf({ name, serving, scope, sizeLabels }: BringUpRequest, runner: JitRunner) {
  const size = sizeLabels.length === 0 ? {} : { sizeLabels };
  return { name, pool: serving.pool, ...size, scope, runnerId: runner.runnerId, jitConfig: runner.encodedJitConfig };
}

/**
 * Takes back a registration that leads nowhere. A lost answer, or a 409 after one, may have registered the runner
 * all the same: it is looked for by name. What cannot be reached now is found later as a runner without a slot.
 */
async function withdraw(
  deps: BringUpDeps,
  request: BringUpRequest,
  runner: JitRunner | null,
  why: unknown,
): Promise<void> {
  const { github, log } = deps;
  const { name, serving, scope, signal } = request;
  log.error("slot not started", { slot: name, pool: serving.pool.key, ...errorFields(why) });
  if (runner === null && !mayHaveRegistered(why)) return;
  try {
    const where = toRunnerScope(scope);
    const runnerId = runner?.runnerId ?? (await github.findRunner(where, name, signal))?.id;
    if (runnerId !== undefined) await github.deleteRunner(where, runnerId, signal);
  } catch (error) {
    log.warn("runner of a failed slot not removed; the next inventory finds it", { slot: name, ...errorFields(error) });
  }
}

function mayHaveRegistered(error: unknown): boolean {
  if (!(error instanceof GitHubError)) return true;
  return ["conflict", "timeout", "network", "unavailable", "unexpected"].includes(error.code);
}

function failureOf(error: unknown, nowMs: number): { code: string; waitMs: number | null } {
  if (error instanceof GitHubError) {
    // The name was taken by an answer that got lost: a fresh name may be tried at once.
    if (error.code === "conflict") return { code: "github-conflict", waitMs: 0 };
    return { code: `github-${error.code}`, waitMs: error.retryAtMs === null ? null : error.retryAtMs - nowMs };
  }
  if (error instanceof SlotError) return { code: `slot-${error.code}`, waitMs: null };
  return { code: "unexpected", waitMs: null };
}
