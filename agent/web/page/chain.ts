import { html } from "hono/html";

import { bytesText } from "../../../shared/text/bytes-text.ts";
import { countText } from "../../../shared/text/count-text.ts";
import type { Holds } from "../../../shared/controller/holds.ts";
import type { Status } from "../../../shared/status/status.ts";
import type { State } from "./markup/mark.ts";
import { ago, distance } from "./markup/time.ts";
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

function dockerLink({ atMs, engine, engines = [], slots, disk }: Status): ChainLink {
  const name = "Docker";
  const free = disk === undefined ? "" : `, ${bytesText(disk.freeBytes)} free`;
  const detail = `${countText(slots.length, "slot")}${free}`;
  const used = engines.filter((each) => each.used);
  const silent = used.filter(({ silentSinceMs }) => silentSinceMs !== null);
  const [first] = silent;
  if (first !== undefined && used.length > 1) {
    const { name: which, silentSinceMs } = first;
    const others = silent.length > 1 ? ` and ${countText(silent.length - 1, "other")}` : "";
    const since = html`${which}${others}: no answer for ${distance(silentSinceMs ?? atMs, atMs)}`;
    const state = silent.length === used.length ? "bad" : "warn";
    const word = `${silent.length} of ${used.length} silent`;
    return { name, state, word, detail: since, trouble: `The Docker Engine ${which}${others} does not answer` };
  }
  if (engine?.reachable === false || first !== undefined) {
    return { name, state: "bad", word: "No answer", detail, trouble: "The Docker Engine does not answer" };
  }
  if (engine?.reachable === true || used.some(({ machine }) => machine !== null))
    return { name, state: "ok", word: "Answers", detail, trouble: null };
  return { name, state: "idle", word: "Not asked yet", detail, trouble: null };
}

/** What keeps pools from starting slots, and jobs from being served until somebody mends something. */
function troubleOfPools({ pools, jobs }: Status): ChainLink | null {
  const stuck = pools.filter(({ pauses }) => pauses.length > 0);
  const [first] = stuck;
  if (first !== undefined) {
    const others = stuck.length > 1 ? ` and ${countText(stuck.length - 1, "other")}` : "";
    const trouble = `Pool ${first.key}${others} cannot start runners`;
    return {
      name: "Pools",
      state: "bad",
      word: "Stuck",
      detail: "",
      trouble,
      remedy: first.lastFailure?.remedy ?? null,
    };
  }
  const job = jobs.waiting.find(({ mender }) => mender === "person");
  if (job === undefined) return null;
  const trouble = "A job waits for something to be mended";
  return { name: "Jobs", state: "warn", word: "Waiting", detail: "", trouble, remedy: job.remedy };
}

/** The gravest trouble, as the page's headline: of the chain first, then of the pools; null where all is well. */
export function headlineOf(view: PageView): ChainLink | null {
  const ofPools = troubleOfPools(view.status);
  const troubled = [...chainOf(view), ...(ofPools === null ? [] : [ofPools])].filter(({ trouble }) => trouble !== null);
  return troubled.find(({ state }) => state === "bad") ?? troubled[0] ?? null;
}
