import { earliestOf } from "../clock/some-times.ts";
import { CLOSE } from "../link/close-codes.ts";
import { encode, readUp } from "../link/codec.ts";
import type { Hello } from "../link/hello.ts";
import type { Probe } from "../link/probe.ts";
import { SPOKEN_VERSIONS } from "../link/protocol.ts";
import type { Routes } from "../link/routes.ts";
import type { Up } from "../link/up.ts";
import type { Logger } from "../log/logger.ts";
import type { Mailbox } from "../mailbox/mailbox.ts";
import type { OpenJobs } from "../mailbox/open-jobs.ts";
import type { Tally } from "../mailbox/tally.ts";
import { VERSION } from "../version.ts";
import { AgentWatch } from "./agent-watch.ts";
import { LetterReturn } from "./letter-return.ts";
import { dismiss, type LinkSocket } from "./link-socket.ts";
import { SignalPump } from "./signal-pump.ts";
import { LinkTakeover } from "./takeover.ts";

const UNSUPPORTED_PAUSE_MS = 60_000;

export interface LinkServerOptions {
  readonly mailbox: Mailbox;
  readonly openJobs: () => OpenJobs;
  /** A silent agent was given up; when it was last heard of, milliseconds since the epoch. Never throws. */
  readonly lost: (heardAtMs: number) => void;
  readonly tally: Tally;
  /** All sockets that are open. */
  readonly sockets: () => readonly LinkSocket[];
  readonly now: () => number;
  readonly log: Logger;
  /** Protocol versions to speak; ours and the one before unless a test says otherwise. */
  readonly spoken?: readonly number[];
}

/** The edge's end of the link: one agent at a time, signals in order, never more than its window on the way. */
export class LinkServer {
  readonly watch: AgentWatch;
  readonly #options: LinkServerOptions;
  readonly #takeover: LinkTakeover;
  readonly #pump: SignalPump;
  readonly #letters: LetterReturn;

  constructor(options: LinkServerOptions) {
    const { mailbox, now, log } = options;
    this.#options = options;
    this.watch = new AgentWatch({ now, log });
    this.#takeover = new LinkTakeover({ book: mailbox.takeovers, now, log });
    this.#pump = new SignalPump({ mailbox, now, log });
    this.#letters = new LetterReturn({ mailbox, log });
  }

  /** Goes on after hibernation from what the live socket kept. */
  resume(): void {
    const state = this.live()?.state;
    if (state === undefined) return;
    this.#options.mailbox.acknowledge(state.acked, state.ackedAtMs ?? this.#options.now());
    if (state.tally !== null) this.#options.tally.restore(state.tally);
  }

  /** Keeps the tally with the live socket, so that it survives hibernation without a row. */
  keepTally(): void {
    const live = this.live();
    live?.save({ ...live.state, tally: this.#options.tally.state });
  }

  /** Takes one message of a socket. Never throws on what it holds. */
  receive(socket: LinkSocket, data: unknown): void {
    const read = readUp(data);
    if (read.kind === "unknown") return;
    if (read.kind === "bad") {
      this.#options.log.warn("link frame refused", { reason: read.problem });
      dismiss(socket, CLOSE.badFrame, read.problem);
      return;
    }
    this.#dispatch(socket, read.frame);
  }

  #dispatch(socket: LinkSocket, frame: Up): void {
    if (frame.type === "hello") return this.#hello(socket, frame);
    if (socket.state.fence === null) return dismiss(socket, CLOSE.badFrame, "the first frame must be hello");
    if (frame.fence !== socket.state.fence || frame.fence !== this.#options.mailbox.fence()) {
      return dismiss(socket, CLOSE.superseded, "a newer connection has taken over");
    }
    switch (frame.type) {
      case "ack":
        return this.#pump.acked(socket, frame);
      case "nack":
        return this.#pump.refused(socket, frame);
      case "report":
        return this.#options.mailbox.report.keep(frame.report, this.#options.now());
      case "probe":
        return this.#probe(socket, frame);
      case "routes":
        return this.#reroute(socket, frame);
    }
  }

  #hello(socket: LinkSocket, hello: Hello): void {
    const refusal = refusalOf(hello, this.#options.spoken ?? SPOKEN_VERSIONS);
    if (refusal !== null) return dismiss(socket, CLOSE.unsupported, refusal, UNSUPPORTED_PAUSE_MS);
    if (!this.#takeover.allows(socket, hello, this.#livingAgent())) return;
    const { mailbox, log, tally } = this.#options;
    this.#compareCursor(hello);
    const routesChanged = mailbox.announce(hello.routes);
    const fence = mailbox.raiseFence();
    socket.save({
      ...socket.state,
      fence,
      instance: hello.instance,
      boot: hello.boot,
      host: hello.host,
      agentVersion: hello.agentVersion,
      window: hello.window,
      protocol: hello.protocol,
      routesRevision: 0,
      sentUpTo: mailbox.acked(),
      replayUpTo: mailbox.head(),
      lettersAfter: mailbox.lettersSeen.upTo(hello.agentVersion),
      lettersPutBack: 0,
      acked: mailbox.acked(),
      ackedAtMs: mailbox.ackedAtMs(),
      tally: tally.state,
    });
    this.#takeover.supersede(this.#options.sockets(), socket, hello);
    log.info("agent connected", { instance: hello.instance, host: hello.host, fence, unacked: mailbox.unacked() });
    this.#welcome(socket, fence, hello.protocol, routesChanged);
    this.#pump.pump(socket);
  }

  /** Believes the agent's cursor only where both sides have the same signal there. */
  #compareCursor({ stream, acked, cursorGuid }: Hello): void {
    const { mailbox, now, log } = this.#options;
    if (stream !== mailbox.streamId) return;
    if (!mailbox.contradicts(acked, cursorGuid ?? null)) return mailbox.acknowledge(acked, now());
    mailbox.rename();
    log.warn("the agent knows another signal of this number; the mailbox was put back, and starts it over", { acked });
  }

  #reroute(socket: LinkSocket, { revision, routes }: Routes): void {
    if (revision <= socket.state.routesRevision) return;
    this.#options.mailbox.announce(routes);
    socket.save({ ...socket.state, routesRevision: revision });
  }

  #welcome(socket: LinkSocket, fence: number, protocol: number, routesChanged: boolean): void {
    const { mailbox, openJobs } = this.#options;
    const open = openJobs();
    socket.send(
      encode({
        type: "welcome",
        protocol,
        edgeVersion: VERSION,
        stream: mailbox.streamId,
        fence,
        head: mailbox.head(),
        acked: mailbox.acked(),
        gap: mailbox.gap(),
        openJobs: [...open.jobs],
        openJobsComplete: open.complete,
        routesChanged,
      }),
    );
  }

  #probe(socket: LinkSocket, frame: Probe): void {
    const { mailbox, now } = this.#options;
    const { fence, id } = frame;
    socket.send(encode({ type: "probed", fence, id, head: mailbox.head(), acked: mailbox.acked(), now: now() }));
  }

  /** Sends what is due to the agent that holds the fence. Call it after each new signal. */
  pump(): void {
    const socket = this.live();
    if (socket !== null) this.#pump.pump(socket);
  }

  /** The socket of the agent that holds the fence, or null. */
  live(): LinkSocket | null {
    const fence = this.#options.mailbox.fence();
    return this.#options.sockets().find((socket) => socket.state.fence === fence) ?? null;
  }

  #livingAgent(): LinkSocket | null {
    const live = this.live();
    return live !== null && this.watch.showsLife(live) ? live : null;
  }

  /**
   * Does what is due by now: drops sockets that never greeted and an agent that is silent, sends what was held back.
   * Returns when to come again, or null.
   */
  tick(): number | null {
    return earliestOf(this.watch.dropUngreeted(this.#options.sockets()), this.#tickAgent());
  }

  #tickAgent(): number | null {
    const socket = this.live();
    if (socket === null) return null;
    this.#pump.pump(socket);
    if (this.#letters.step(socket)) this.#pump.pump(socket);
    if (this.#options.mailbox.unacked() === 0) return null;
    const heardAtMs = this.watch.lastHeardMs(socket);
    const nextMs = this.watch.dropSilent(socket);
    if (nextMs === null) this.#options.lost(heardAtMs);
    return nextMs;
  }
}

function refusalOf(hello: Hello, spoken: readonly number[]): string | null {
  if (!spoken.includes(hello.protocol)) {
    return `protocol ${hello.protocol} is not spoken here (${spoken.join(", ")}); deploy the edge first`;
  }
  const [unknown] = hello.requires;
  return unknown === undefined ? null : `capability ${unknown.slice(0, 40)} is not known here`;
}
