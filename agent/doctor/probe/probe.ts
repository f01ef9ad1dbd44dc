import { randomUUID } from "node:crypto";
import { join } from "node:path";

import type { Clock, Random } from "../../../shared/clock/clock.ts";
import type { Fleet } from "../../../shared/fleet/pool.ts";
import type { EdgeKind, Freshness } from "../../../shared/mailbox/freshness.ts";
import { AGENT_CONTAINER } from "../../cli/agent-container.ts";
import { poll } from "../../clock/poll.ts";
import { edgeLog, edgeName, setSecret } from "../../edge/edge-remedies.ts";
import { requireEdge } from "../../settings/require-settings.ts";
import type { AgentSettings } from "../../settings/settings.ts";
import { hookName, type GitHubHook } from "../../github/model/delivery-log.ts";
import { GitHubError } from "../../github/model/types.ts";
import { NodeSql } from "../../sqlite/node-sql.ts";
import { JOURNAL_FILE } from "../../journal/open-journal.ts";
import { runnerScopes } from "../../sweeps/sweep-targets.ts";
import { askFreshness } from "../../edge/ask-freshness.ts";
import { sampleDelivery } from "../../edge/sample-delivery.ts";
import { sendDelivery } from "../../edge/send-delivery.ts";
import { Skipped, type Check, type Finding } from "../check/check.ts";
import type { GitHubFacts } from "../github/github-facts.ts";
import { ourHooks } from "../github/our-hooks.ts";

/** Each look at the edge is a request of it: the first ones come fast, for a chain that works. */
const POLLS = { baseMs: 100, capMs: 2000 } as const;
const PATIENCE_MS = 9000;

export interface ProbeOptions {
  readonly settings: AgentSettings;
  readonly fleet: Fleet | null;
  readonly github: GitHubFacts | null;
  readonly clock: Clock;
  readonly random: Random;
}

/** Milliseconds that each leg took, in the order in which an event passes them. */
export type ProbeLegs = Partial<Record<"github" | "edge" | "mailbox" | "link" | "ack", number>>;

/**
 * One round through the chain. A `ping` asked of GitHub shows the way from there to the edge; a delivery of our own,
 * signed with the webhook's secret, shows the rest: stored, sent over the link, written by the agent, acknowledged.
 * The checks have to run in their order, each on what the one before it did.
 */
export function probeChecks(options: ProbeOptions): {
  readonly checks: readonly Check[];
  readonly legs: () => ProbeLegs;
} {
  const round = new ProbeRound(options);
  const leg = (id: string, run: (signal: AbortSignal) => Promise<Finding>): Check => ({ id, group: "edge", run });
  return {
    checks: [
      leg("probe-github", (signal) => round.pingThroughGitHub(signal)),
      leg("probe-edge", (signal) => round.reachEdge(signal)),
      leg("probe-mailbox", (signal) => round.deliver(signal)),
      leg("probe-link", (signal) => round.awaitJournal(signal)),
      leg("probe-ack", (signal) => round.awaitAck(signal)),
    ],
    legs: () => round.legs,
  };
}

interface Delivered {
  readonly guid: string;
  readonly seq: number;
  readonly storedAtMs: number;
}

class ProbeRound {
  readonly legs: ProbeLegs = {};
  readonly #options: ProbeOptions;
  #delivered: Delivered | null = null;
  /** As the edge last told. */
  #kind: EdgeKind | undefined = undefined;
  #journaledAtMs: number | null = null;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  async pingThroughGitHub(signal: AbortSignal): Promise<Finding> {
    const { github, clock } = this.#options;
    const hook = await this.#pingable();
    const before = await this.#freshness(signal);
    const askedAtMs = clock.now();
    try {
      await github?.client.inspector.ping(hook, signal);
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      if (error.code !== "forbidden" && error.code !== "not-found") throw error;
      throw new Skipped(`GitHub does not let us ping ${hookName(hook)}; ${error.remedy}`);
    }
    const arrived = (now: Freshness): boolean => pingOf(now, hook) > pingOf(before, hook);
    if (await this.#until(async () => arrived(await this.#freshness(signal)), signal)) {
      return this.#took("github", clock.now() - askedAtMs, `a ping asked of ${hookName(hook)} reached the edge`);
    }
    const remedy = "look at its answer in Recent Deliveries on the hook's page, and at github-hook above";
    return { status: "fail", summary: `a ping of ${hookName(hook)} did not reach the edge within 9 s`, remedy };
  }

  async reachEdge(signal: AbortSignal): Promise<Finding> {
    const { clock } = this.#options;
    const { url } = requireEdge(this.#options.settings);
    const startedAtMs = clock.now();
    const answer = await fetch(new URL("/healthz", url), { signal, redirect: "manual" });
    await answer.arrayBuffer();
    const took = clock.now() - startedAtMs;
    if (answer.ok) return this.#took("edge", took, `${edgeName(this.#kind)} answers`);
    return {
      status: "fail",
      summary: `the edge answers ${answer.status} to GET /healthz`,
      remedy: `look at its log: ${edgeLog(this.#kind)}`,
    };
  }

  async deliver(signal: AbortSignal): Promise<Finding> {
    const { settings, fleet, clock } = this.#options;
    const secret = settings.webhookSecret;
    if (secret === null || fleet === null) {
      throw new Skipped("the rest of the way needs GITHUB_WEBHOOK_SECRET in the doctor's environment, and pools");
    }
    const sentAtMs = clock.now();
    const guid = randomUUID();
    const sample = sampleDelivery(fleet, secret.reveal(), guid, sentAtMs, "doctor --probe");
    const { status, seq, reason } = await sendDelivery(requireEdge(settings).url, sample, signal);
    const storedAtMs = clock.now();
    if (seq === null) {
      const why = reason ?? (status === 401 ? "the signature is not accepted" : "not stored");
      return {
        status: "fail",
        summary: `the edge answers ${status} to a signed delivery: ${why}`,
        remedy: `give the doctor the edge's secret, or the edge the doctor's: ${setSecret(this.#kind, "GITHUB_WEBHOOK_SECRET")}`,
      };
    }
    this.#delivered = { guid, seq, storedAtMs };
    return this.#took("mailbox", storedAtMs - sentAtMs, `a signed delivery is stored as number ${seq}`);
  }

  /** The agent's journal is read where it is; seen from elsewhere, the acknowledgement has to do. */
  async awaitJournal(signal: AbortSignal): Promise<Finding> {
    const { guid, storedAtMs } = this.#mustBeDelivered();
    const file = join(this.#options.settings.dataFolder, JOURNAL_FILE);
    const sql = openForReading(file);
    if (sql === null)
      throw new Skipped("the agent's journal is not on this machine; the acknowledgement stands for it");
    try {
      const look = (): Promise<boolean> => {
        const [row] = sql.exec("SELECT agent_at FROM signals WHERE guid = ?", guid);
        if (row !== undefined) this.#journaledAtMs = Number(row["agent_at"]);
        return Promise.resolve(row !== undefined);
      };
      if (!(await this.#until(look, signal)) || this.#journaledAtMs === null) return notArrived("the agent's journal");
      return this.#took("link", Math.max(0, this.#journaledAtMs - storedAtMs), "the agent has it in its journal");
    } finally {
      sql.close();
    }
  }

  async awaitAck(signal: AbortSignal): Promise<Finding> {
    const { seq, storedAtMs } = this.#mustBeDelivered();
    let acked: Freshness | null = null;
    const look = async (): Promise<boolean> => {
      acked = await this.#freshness(signal);
      return acked.acked >= seq;
    };
    if (!(await this.#until(look, signal))) return notArrived("the edge as acknowledged");
    const fromMs = Math.max(this.#journaledAtMs ?? storedAtMs, storedAtMs);
    return this.#took(
      "ack",
      Math.max(0, (ackAtMs(acked, this.#options.clock.now()) ?? fromMs) - fromMs),
      "the edge has the acknowledgement",
    );
  }

  #took(leg: keyof ProbeLegs, ms: number, what: string): Finding {
    this.legs[leg] = ms;
    return { status: "pass", summary: `${what}: ${ms} ms` };
  }

  #mustBeDelivered(): Delivered {
    if (this.#delivered === null) throw new Skipped("no signed delivery went out", "probe-mailbox");
    return this.#delivered;
  }

  async #pingable(): Promise<GitHubHook> {
    const { github, fleet, settings } = this.#options;
    if (github === null || fleet === null)
      throw new Skipped("GitHub cannot be asked for a ping", "github-token", "config-pools");
    try {
      const hooks = await ourHooks(github, runnerScopes(fleet), requireEdge(settings).url);
      const hook = hooks.find(({ home, active }) => active && home.kind !== "app");
      if (hook !== undefined) return hook;
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      throw new Skipped("GitHub does not show us the hooks", "github-access", "github-token");
    }
    throw new Skipped("there is no hook that could be pinged; an App's has no ping");
  }

  async #freshness(signal: AbortSignal): Promise<Freshness> {
    const { url, token } = requireEdge(this.#options.settings);
    const freshness = await askFreshness(url, token.reveal(), signal);
    this.#kind = freshness.kind;
    return freshness;
  }

  async #until(holds: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
    const { clock, random } = this.#options;
    const options = { clock, random, pauses: POLLS, patienceMs: PATIENCE_MS };
    return (await poll(async () => (await holds()) || null, options, signal)) !== null;
  }
}

/** When the hook's newest ping was noted, by the edge's clock. */
function pingOf({ hooks, lastPingAt }: Freshness, { id }: GitHubHook): number {
  return hooks?.find((hook) => hook.id === String(id))?.lastPingAt ?? (hooks === undefined ? (lastPingAt ?? 0) : 0);
}

/** When the edge took the acknowledgement, by this machine's clock. */
function ackAtMs(freshness: Freshness | null, nowMs: number): number | null {
  if (freshness?.lastAckAt == null) return null;
  return freshness.lastAckAt + (nowMs - freshness.now);
}

function notArrived(where: string): Finding {
  return {
    status: "fail",
    summary: `the probe did not come to ${where} within 9 s`,
    remedy: `start the agent, or look at its log: docker logs --tail 100 ${AGENT_CONTAINER}`,
  };
}

function openForReading(file: string): NodeSql | null {
  try {
    return new NodeSql(file, { readOnly: true });
  } catch {
    return null;
  }
}
