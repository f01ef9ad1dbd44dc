import { html } from "hono/html";

import { bytesText } from "../../../shared/text/bytes-text.ts";
import { countText } from "../../../shared/text/count-text.ts";
import type { Holds } from "../../../shared/controller/holds.ts";
import type { Status } from "../../../shared/status/status.ts";
import type { State } from "./mark.ts";
import { ago, distance } from "./time.ts";
import type { PageView } from "./view.ts";

/** One link of the chain, as it is now. */
export interface ChainLink {
  readonly name: string;
  readonly state: State;
  /** One or two words. */
  readonly word: string;
  readonly detail: unknown;
  /** What is wrong, as a sentence for the top of the page; null where nothing is. */
  readonly trouble: string | null;
  /** What would mend it, where somebody knows. */
  readonly remedy?: string | null;
}

/** From GitHub to Docker, in the order in which a job goes. */
export function chainOf({ status, edge, holds }: PageView): readonly ChainLink[] {
  return [githubLink(status), edgeLink(status, edge), theLink(status), agentLink(status, holds), dockerLink(status)];
}

function githubLink({ atMs, sweeps }: Status): ChainLink {
  const name = "GitHub";
  const { credential, lastCompleteAtMs, complete, failures, failuresTotal } = sweeps;
  const read = lastCompleteAtMs === null ? "not read yet" : html`read ${ago(lastCompleteAtMs, atMs)}`;
  if (credential.closedUntilMs !== null && credential.closedUntilMs > atMs) {
    const detail = html`polling rests for ${distance(credential.closedUntilMs, atMs)} more`;
    return { name, state: "warn", word: "Limited", detail, trouble: "GitHub asks us to rest: webhooks alone for now" };
  }
  if (complete === false) {
    const trouble = `GitHub could not be read in ${countText(failuresTotal, "place")}`;
    return { name, state: "warn", word: "Partly read", detail: read, trouble, remedy: failures[0]?.remedy ?? null };
  }
  if (complete === null) return { name, state: "idle", word: "Not asked yet", detail: read, trouble: null };
  return { name, state: "ok", word: "Read", detail: read, trouble: null };
}

function edgeLink({ atMs, link }: Status, edge: PageView["edge"]): ChainLink {
  const name = "Edge";
  if (edge === "none") {
    const state = { name, state: "idle", trouble: null } as const;
    return link.state === "none"
      ? { ...state, word: "None", detail: "sweeps alone find jobs" }
      : { ...state, word: "In this process", detail: "the receiver runs beside the agent" };
  }
  if (edge === null) {
    return { name, state: "idle", word: "Not heard", detail: "asked again within five minutes", trouble: null };
  }
  const { lastDeliveryAt, unacked, dead, now, gap } = edge;
  const heard =
    lastDeliveryAt === null ? "no delivery yet" : html`last delivery ${ago(lastDeliveryAt + atMs - now, atMs)}`;
  if (gap !== null)
    return {
      name,
      state: "warn",
      word: "Gap",
      detail: heard,
      trouble: "The mailbox was full once: a sweep reads what it could not keep",
    };
  if (dead > 0)
    return {
      name,
      state: "warn",
      word: countText(dead, "dead letter"),
      detail: heard,
      trouble: `The edge keeps ${countText(dead, "dead letter")}`,
    };
  const waits = unacked === 0 ? heard : html`${countText(unacked, "signal")} on the way, ${heard}`;
  return { name, state: "ok", word: "Taking deliveries", detail: waits, trouble: null };
}

function theLink({ atMs, link }: Status): ChainLink {
  const name = "Link";
  const { state, sinceMs, redialAtMs, lastClose } = link;
  const since = sinceMs === null ? "" : html`for ${distance(sinceMs, atMs)}`;
  if (state === "none") return { name, state: "idle", word: "None", detail: "no edge is set", trouble: null };
  if (state === "up") return { name, state: "ok", word: "Up", detail: since, trouble: null };
  const remedy = lastClose?.remedy ?? null;
  const again = redialAtMs === null ? since : html`${since}, dials in ${distance(redialAtMs, atMs)}`;
  if (lastClose === null && state === "dialling") {
    return { name, state: "warn", word: "Dialling", detail: since, trouble: "The link to the edge is being dialled" };
  }
  const word = state === "dialling" ? "Down, dialling" : "Down";
  return { name, state: "bad", word, detail: again, trouble: "The link to the edge is down", remedy };
}

function agentLink({ atMs, agent }: Status, { operatorPause }: Holds): ChainLink {
  const name = "Agent";
  const up = html`up for ${distance(agent.startedAtMs, atMs)}`;
  if (agent.holds.length > 0) {
    const trouble = `The agent plans nothing yet: ${agent.holds.join(", ")}`;
    return { name, state: "warn", word: "Getting ready", detail: up, trouble };
  }
  if (operatorPause !== null) {
    const { untilMs } = operatorPause;
    const detail = untilMs === null ? "until it is resumed" : html`for ${distance(untilMs, atMs)} more`;
    return {
      name,
      state: "warn",
      word: "Paused",
      detail,
      trouble: "No slot is started: paused on the operator's word",
    };
  }
  return { name, state: "ok", word: "At work", detail: up, trouble: null };
}

function dockerLink({ engine, slots, disk }: Status): ChainLink {
  const name = "Docker";
  const free = disk === undefined ? "" : `, ${bytesText(disk.freeBytes)} free`;
  const detail = `${countText(slots.length, "slot")}${free}`;
  if (engine?.reachable === false) {
    return { name, state: "bad", word: "No answer", detail, trouble: "The Docker Engine does not answer" };
  }
  if (engine?.reachable === true) return { name, state: "ok", word: "Answers", detail, trouble: null };
  return { name, state: "idle", word: "Not asked yet", detail, trouble: null };
}

/** The first trouble of a chain, gravest first, as the page's headline; null where all is well. */
export function headlineOf(chain: readonly ChainLink[]): ChainLink | null {
  const troubled = chain.filter(({ trouble }) => trouble !== null);
  return troubled.find(({ state }) => state === "bad") ?? troubled[0] ?? null;
}
