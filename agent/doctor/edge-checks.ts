import { ConfigError } from "../../shared/config/config-error.ts";
import type { Freshness } from "../../shared/mailbox/freshness.ts";
import { PROTOCOL_VERSION } from "../../shared/link/protocol.ts";
import { VERSION } from "../../shared/version.ts";
import { ageText } from "./age-text.ts";
import type { Check, Finding } from "./check.ts";
import { EdgeError } from "./ask-freshness.ts";
import { judgeFreshness } from "./judge-freshness.ts";

export interface EdgeCheckOptions {
  /** Asks once; the checks share the answer. Throws EdgeError. */
  readonly ask: (signal: AbortSignal) => Promise<Freshness>;
  readonly pollIntervalMs: number;
}

/** Whether the edge answers to us, who is connected there, and how fresh its events are. */
export function edgeChecks({ ask, pollIntervalMs }: EdgeCheckOptions): readonly Check[] {
  const withFreshness = (id: string, judge: (freshness: Freshness) => Finding): Check => ({
    id,
    group: "edge",
    run: async (signal) => {
      try {
        return judge(await ask(signal));
      } catch (error) {
        const known = error instanceof EdgeError || error instanceof ConfigError;
        if (known) return { status: "skip", summary: "the edge could not be asked" };
        throw error;
      }
    },
  });
  return [
    { id: "edge-reachable", group: "edge", run: async (signal) => judgeVersion(await ask(signal)) },
    withFreshness("edge-agent", judgeAgent),
    withFreshness("webhook-freshness", (freshness) => judgeFreshness(freshness, pollIntervalMs)),
    withFreshness("edge-dead-letters", judgeDead),
  ];
}

function judgeVersion({ edgeVersion, protocol }: Freshness): Finding {
  if (protocol !== PROTOCOL_VERSION) {
    return {
      status: "fail",
      summary: `the edge speaks protocol ${protocol}, this agent ${PROTOCOL_VERSION}`,
      remedy: "deploy the Worker of this version: wrangler deploy",
    };
  }
  if (edgeVersion === VERSION) return { status: "pass", summary: `edge ${edgeVersion} answers and takes the token` };
  return {
    status: "warn",
    summary: `edge ${edgeVersion}, agent ${VERSION}`,
    remedy: "bring both to one version, the edge first: wrangler deploy",
  };
}

function judgeAgent({ agent, now, fight }: Freshness): Finding {
  if (fight != null) {
    const [a, b] = [fight.incumbent, fight.challenger].map(({ instance, host }) => `${instance} on ${host}`);
    return {
      status: "fail",
      summary: `two agents fight over the link: ${a} has it, ${b} is kept out`,
      remedy: "run one agent only: stop the other, or give it an edge of its own",
    };
  }
  if (!agent.connected) {
    return {
      status: "fail",
      summary: "no agent is connected to the edge",
      remedy: "start the agent: docker compose up -d, then docker logs hookline-agent",
    };
  }
  const since = agent.since === null ? "" : ` for ${ageText(now - agent.since)}`;
  return {
    status: "pass",
    summary: `agent ${agent.instance ?? "?"} connected${since}`,
    detail: `fence ${agent.fence}`,
  };
}

function judgeDead({ dead }: Freshness): Finding {
  if (dead === 0) return { status: "pass", summary: "no dead letters" };
  return {
    status: "warn",
    summary: `${dead} signals were set aside because the agent could not read them`,
    remedy:
      "bring agent and Worker to one version, then put each back: POST /dead/SEQ/requeue at the edge (docs/reliability.md); sweeps have served their jobs meanwhile",
  };
}
