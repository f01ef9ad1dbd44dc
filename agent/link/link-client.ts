import type { CancelTimer, Clock, Random } from "../../shared/clock/clock.ts";
import { CLOSE } from "../../shared/link/close-codes.ts";
import { dialRemedy } from "../edge/dial-remedy.ts";
import { messageOf } from "../../shared/errors/message-of.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import { sqliteTrouble } from "../sqlite/sqlite-trouble.ts";
import type { AgentReport } from "../../shared/link/report.ts";
import { Backoff } from "../../shared/clock/backoff.ts";
import type { Dial, Ending } from "./dial.ts";
import { PROTOCOL_VERSION, SPOKEN_VERSIONS } from "../../shared/link/protocol.ts";
import { LinkHistory, type LinkHistoryState } from "./link-history.ts";
import { LinkSession, type LinkSessionEvents, type LinkSessionOptions } from "./link-session.ts";

export const REDIAL = { baseMs: 1000, capMs: 30_000 } as const;
/** A connection that held this long was a good one. A flapping edge must not reset the backoff. */
const STABLE_MS = 60_000;
/** Another agent has taken over: it gets this long to do its work. */
const SUPERSEDED_PAUSE_MS = 5000;

/** What the link tells the daemon. */
export interface LinkEvents extends LinkSessionEvents {
  /** The link is down; the client dials again by itself. */
  down(ending: Ending): void;
}

export interface LinkOptions extends Omit<LinkSessionOptions, "events"> {
  readonly dial: Dial;
  readonly events: LinkEvents;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * The agent's end of the link: dials until it is stopped, one connection at a time. Each connection is a session, which
 * goes on from what the journal has.
 */
export class LinkClient {
  readonly #options: LinkOptions;
  readonly #backoff: Backoff;
  #session: LinkSession | null = null;
  #redial: CancelTimer | null = null;
  #stopped = true;
  #diskRefused = false;
  #protocol = PROTOCOL_VERSION;
  readonly #said: SayOnce;
  readonly #history: LinkHistory;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#said = new SayOnce(options.log);
    this.#history = new LinkHistory(options.clock);
    this.#backoff = new Backoff(REDIAL, options.random);
  }

  /** Whether the edge has welcomed this agent on a connection that is still up. */
  get connected(): boolean {
    return this.#session?.isWelcome === true;
  }

  /** In what state it is, and how its last connection ended. */
  state(): LinkHistoryState {
    return this.#history.state(remedyFor);
  }

  /** Starts dialling; harmless when it runs already. */
  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#connect();
  }

  /** Ends the link for good. */
  stop(): void {
    this.#stopped = true;
    this.#redial?.();
    this.#session?.stop();
    this.#session = null;
  }

  /** Tells the edge what the fleet serves by now; without a link, the next hello does. */
  announce(): void {
    this.#session?.announce();
  }

  /** Tells the edge of the agent's state, if there is a link. */
  report(report: AgentReport): void {
    this.#session?.report(report);
  }

  /** While the journal takes nothing, nothing is asked for: what is sent would be refused, and die at the edge. */
  #connect(): void {
    this.#redial = null;
    if (!this.#mayWrite()) return this.#connectIn(this.#backoff.nextMs());
    this.#history.dialling();
    const options = { ...this.#options, events: this.#events(), protocol: this.#protocol };
    const session: LinkSession = new LinkSession(options, (ending) => this.#closed(session, ending));
    this.#session = session;
  }

  #events(): LinkSessionEvents {
    const { events } = this.#options;
    return {
      welcomed: (welcome, behind) => {
        this.#history.welcomed();
        events.welcomed(welcome, behind);
      },
      received: (signals, replay) => events.received(signals, replay),
      caughtUp: () => events.caughtUp(),
    };
  }

  #connectIn(delayMs: number): void {
    this.#history.waits(delayMs);
    if (!this.#stopped) this.#redial = this.#options.clock.after(delayMs, () => this.#connect());
  }

  /** Asked only after a refusal, so that dialling an edge that is away writes nothing. */
  #mayWrite(): boolean {
    if (!this.#diskRefused) return true;
    try {
      this.#options.journal.checkWritable();
    } catch (error) {
      const remedy = sqliteTrouble(error)?.remedy;
      this.#said.say("error", "journal", "the journal cannot be written; the link waits", {
        reason: messageOf(error),
        remedy,
      });
      return false;
    }
    this.#said.over("journal");
    this.#diskRefused = false;
    return true;
  }

  #closed(session: LinkSession, ending: Ending): void {
    const { clock, events, log } = this.#options;
    this.#session = null;
    this.#history.closed(ending);
    if (session.isWelcome && clock.monotonicMs() - session.openedAtMs >= STABLE_MS) this.#backoff.reset();
    const pauseMs = ending.code === CLOSE.superseded ? SUPERSEDED_PAUSE_MS : 0;
    const askedMs = this.#speakAsOld(session, ending) ? 0 : session.retryAfterMs;
    const backoffMs = ending.renewed === true ? 0 : this.#backoff.nextMs();
    const againInMs = Math.max(backoffMs, askedMs, pauseMs);
    log.warn("link down", { code: ending.code, reason: ending.reason, remedy: remedyFor(ending), againInMs });
    events.down(ending);
    this.#diskRefused = session.diskRefused;
    this.#connectIn(againInMs);
  }

  /**
   * An edge that refuses our version of the wire is spoken to in the one before, for one connection: it may be newer by
   * the next. Returns whether the refusal is met so.
   */
  #speakAsOld(session: LinkSession, ending: Ending): boolean {
    const older = SPOKEN_VERSIONS.find((version) => version < this.#protocol);
    const isRefused = ending.code === CLOSE.unsupported && older !== undefined;
    if (isRefused) this.#protocol = older;
    else if (session.isWelcome) this.#protocol = PROTOCOL_VERSION;
    return isRefused;
  }
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5 */
const NEVER_OPENED = 1006;

function remedyFor(ending: Ending): string | undefined {
  if (ending.status === 401) return "HOOKLINE_TOKEN differs from the Worker's secret of that name";
  if (ending.remedy !== undefined) return ending.remedy;
  if (ending.status === 404 || ending.status === 426) return "HOOKLINE_EDGE_URL does not point at a Hookline Worker";
  if (ending.code === NEVER_OPENED) return dialRemedy(ending.reason) ?? undefined;
  if (ending.code === CLOSE.flapping) return "two agents fight over the link; stop one of them";
  if (ending.code === CLOSE.superseded) return "another agent has connected; run one agent only";
  return undefined;
}
