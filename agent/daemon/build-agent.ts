import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

import type { Fleet } from "../../shared/config/pool.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { HOST_ARCHITECTURE } from "../config/serving-pools-of.ts";
import { requireEdge } from "../config/require-settings.ts";
import type { AgentSettings } from "../config/settings.ts";
import { githubOf } from "../github/github-of-settings.ts";
import { openJournal } from "../journal/open-journal.ts";
import type { Dial } from "../link/dial.ts";
import { websocketDial } from "../link/websocket-dial.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";
import { Agent } from "./agent.ts";

export interface BuildOptions {
  readonly settings: AgentSettings;
  readonly fleet: Fleet;
  readonly provider: SlotProvider;
  readonly log: Logger;
  /** The way to a mailbox in this process, in place of the edge at `HOOKLINE_EDGE_URL`. */
  readonly dial?: Dial;
}

/** A built agent, and how to let go of its files once it has stopped. */
export interface BuiltAgent {
  readonly agent: Agent;
  readonly close: () => void;
}

/**
 * Puts the daemon together from settings, on the real clock, disk and network. Without `HOOKLINE_EDGE_URL` it lives
 * by sweeps alone.
 * @throws {ConfigError} if a setting that it needs is missing.
 * @throws {Error} if the journal cannot be opened.
 */
export function buildAgent({ settings, fleet, provider, log, dial }: BuildOptions): BuiltAgent {
  const github = githubOf(settings, log);
  const way = dial ?? (settings.edgeUrl === null ? null : dialOf(settings));
  const journal = openJournal(settings.dataFolder);
  const agent = new Agent({
    instance: settings.instance,
    boot: randomUUID(),
    host: hostname(),
    fleet,
    architecture: HOST_ARCHITECTURE,
    github,
    provider,
    dial: way,
    journalSql: journal.signals,
    slotsSql: journal.slots,
    sweepIntervalMs: settings.sweepIntervalMs,
    clock: systemClock,
    random: Math.random,
    log,
  });
  return { agent, close: journal.close };
}

function dialOf(settings: AgentSettings): Dial {
  const { url, token } = requireEdge(settings);
  return websocketDial(url, token.reveal());
}
