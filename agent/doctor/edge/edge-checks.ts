import { ConfigError } from "../../../shared/fleet/config-error.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { PROTOCOL_VERSION } from "../../../shared/link/protocol.ts";
import { VERSION } from "../../../shared/version.ts";
import { ageText } from "../../../shared/text/age-text.ts";
import { EdgeError } from "../../edge/call-edge.ts";
import { deployEdge } from "../../edge/edge-remedies.ts";
import { failureOf, Skipped, type Check, type Finding } from "../check/check.ts";
import { withFault } from "../check/shared-fault.ts";
import { judgeEdgeSettings } from "./judge-settings.ts";
import { judgeSecrets } from "./judge-secrets.ts";
import { judgeDayUsage } from "./judge-usage.ts";
import { judgeFreshness, type OutsideEvidence } from "./judge-freshness.ts";
import { judgeWatchdog } from "./judge-watchdog.ts";
import { COMPOSE } from "../../cli/agent-container.ts";
import { countText } from "../../../shared/text/count-text.ts";

export interface EdgeCheckOptions {
  /** Asks once; the checks share the answer. Throws EdgeError. */
  readonly ask: () => Promise<Freshness>;
  /** What GitHub knows of the same time. */
  readonly outside: (freshness: Freshness) => Promise<OutsideEvidence>;
  readonly pollIntervalMs: number;
  /** Name of the agent that is expected on the link. */
  readonly instance: string;
}

/** Whether the edge answers to us, who is connected there, and how fresh its events are. */
export function edgeChecks({ ask, outside, pollIntervalMs, instance }: EdgeCheckOptions): readonly Check[] {
  const withFreshness = (id: string, judge: (freshness: Freshness) => Finding | Promise<Finding>): Check => ({
    id,
    group: "edge",
    run: async () => judge(await orEdgeSkipped(ask())),
  });
  return [
    { id: "edge-reachable", group: "edge", run: () => judgeReachable(ask) },
    withFreshness("edge-agent", (freshness) => judgeAgent(freshness, instance)),
    withFreshness("webhook-freshness", async (freshness) =>
      judgeFreshness(freshness, pollIntervalMs, await outside(freshness)),
    ),
    withFreshness("edge-secret", judgeSecrets),
    withFreshness("edge-dead-letters", judgeDead),
    withFreshness("edge-usage", judgeDayUsage),
    withFreshness("edge-settings", judgeEdgeSettings),
    withFreshness("edge-watchdog", judgeWatchdog),
  ];
}

/** The reading, or what a check does that needs it: edge-reachable tells why there is none. @throws {Skipped} */
export async function orEdgeSkipped(asked: Promise<Freshness>): Promise<Freshness> {
  try {
    return await asked;
  } catch (error) {
    const known = error instanceof EdgeError || error instanceof ConfigError;
    if (known) throw new Skipped("the edge could not be asked", "edge-reachable");
    throw error;
  }
}

async function judgeReachable(ask: EdgeCheckOptions["ask"]): Promise<Finding> {
  try {
    return judgeVersion(await ask());
  } catch (error) {
    if (!(error instanceof EdgeError) || error.code !== "unreachable") throw error;
    return withFault(failureOf(error), error.cause ?? error);
  }
}

function judgeVersion({ edgeVersion, protocol, kind }: Freshness): Finding {
  if (protocol !== PROTOCOL_VERSION) {
    return {
      status: "fail",
      summary: `the edge speaks protocol ${protocol}, this agent ${PROTOCOL_VERSION}`,
      remedy: `bring the edge to this version: ${deployEdge(kind)}`,
    };
  }
  if (edgeVersion === VERSION) return { status: "pass", summary: `edge ${edgeVersion} answers and takes the token` };
  return {
    status: "warn",
    summary: `edge ${edgeVersion}, agent ${VERSION}`,
    remedy: `bring both to one version, the edge first: ${deployEdge(kind)}`,
  };
}

/** Who has the link. That nobody has it is reported by webhook-freshness. */
function judgeAgent({ agent, now, takeovers = 0, fight }: Freshness, instance: string): Finding {
  if (!agent.connected) throw new Skipped("no agent is connected", "webhook-freshness");
  if (fight != null) throw new Skipped("two agents want the link", "webhook-freshness");
  const since = agent.since === null ? "" : ` for ${ageText(now - agent.since)}`;
  const connected = `agent ${agent.instance ?? "?"}${agent.host == null ? "" : ` on ${agent.host}`} connected${since}`;
  const detail = `fence ${agent.fence}, version ${agent.version ?? "?"}, ${countText(takeovers, "takeover")} within the last minute`;
  if (agent.instance !== null && agent.instance !== instance) {
    const remedy = `stop the other agent, or run the doctor as it: HOOKLINE_INSTANCE=${agent.instance}`;
    return { status: "warn", summary: `${connected}; this one is ${instance}`, detail, remedy };
  }
  if (agent.version !== null && agent.version !== VERSION) {
    const remedy = `bring the agent to this version, which builds its image anew: ${COMPOSE} up -d --build`;
    return { status: "warn", summary: `${connected}, version ${agent.version}; this is ${VERSION}`, detail, remedy };
  }
  return { status: "pass", summary: connected, detail };
}

function judgeDead({ dead }: Freshness): Finding {
  if (dead === 0) return { status: "pass", summary: "no dead letters" };
  return {
    status: "warn",
    summary: `${countText(dead, "signal was", "signals were")} set aside because the agent could not take them`,
    detail: "sweeps have served their jobs meanwhile",
    remedy:
      "hookline dead lists them with their reasons; upgrade the agent, whose first hello puts them back, or put one back with hookline dead requeue SEQ",
  };
}
