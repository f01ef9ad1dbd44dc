import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import type { Clock } from "../../shared/clock/clock.ts";
import { PROTOCOL_VERSION } from "../../shared/link/protocol.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { storedFreshness, type Freshness } from "../../shared/mailbox/freshness.ts";
import { Mailbox } from "../../shared/mailbox/mailbox.ts";
import { noteOnDisk } from "../../shared/mailbox/note-on-disk.ts";
import { openJobs } from "../../shared/mailbox/open-jobs.ts";
import { Tally } from "../../shared/mailbox/tally.ts";
import type { MailboxPort } from "../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../shared/receiver/receiver.ts";
import { WebhookVerifier } from "../../shared/signature/webhook-verifier.ts";
import { VERSION } from "../../shared/version.ts";
import { LinkServer } from "../../shared/edge/link-server.ts";
import { freshState, type LinkSocket, type LinkState } from "../../shared/edge/link-socket.ts";

/** An agent's connection in this process. It pings as long as nobody closes it. */
class MemorySocket implements LinkSocket {
  state: LinkState;
  readonly sent: string[] = [];
  isOpen = true;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.state = freshState(clock.now());
  }

  save(state: LinkState): void {
    this.state = state;
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.isOpen = false;
  }

  lastPingAtMs(): number | null {
    return this.#clock.now();
  }
}

/** The edge's own receiver, mailbox and link server on a clock that a test moves: days pass at once. */
export class VirtualEdge {
  readonly #clock: Clock;
  readonly #sql = new NodeSql(":memory:");
  readonly #mailbox = new Mailbox({ sql: this.#sql, newStreamId: () => "stream-1" });
  readonly #tally = new Tally();
  readonly #link: LinkServer;
  readonly #server;
  #sockets: MemorySocket[] = [];

  constructor(clock: Clock, secret: string) {
    this.#clock = clock;
    this.#link = new LinkServer({
      mailbox: this.#mailbox,
      openJobs: () => openJobs(this.#sql, clock.now()),
      tally: this.#tally,
      sockets: () => this.#sockets.filter(({ isOpen }) => isOpen),
      now: () => clock.now(),
      log: silentLogger,
    });
    const receiver = createReceiver({
      verifier: new WebhookVerifier({ current: secret }),
      mailbox: this.#port(),
      log: silentLogger,
      now: () => clock.now(),
    });
    receiver.get("/freshness", (context) => context.json(this.freshness()));
    this.#server = createServer((request, response) => void answer(request, response, (web) => receiver.fetch(web)));
  }

  async listen(): Promise<{ readonly host: string; readonly port: number }> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
    this.#sql.close();
  }

  /** An agent comes; its name and host as given, its start as `boot`. */
  connect(instance: string, host: string, boot = `${host}-1`): MemorySocket {
    const socket = new MemorySocket(this.#clock);
    this.#sockets.push(socket);
    const hello = {
      type: "hello",
      protocol: PROTOCOL_VERSION,
      instance,
      boot,
      agentVersion: VERSION,
      host,
      stream: null,
      acked: 0,
      routes: [{ owner: "acme", labels: ["self-hosted", "linux", "x64", "nas"] }],
      window: 64,
      requires: [],
    };
    this.#link.receive(socket, JSON.stringify(hello));
    return socket;
  }

  /** The agent acknowledges all that there is. */
  acknowledge(socket: MemorySocket): void {
    this.#say(socket, { type: "ack", upTo: this.#mailbox.head() });
  }

  /** The agent cannot take the next signal just now: the edge holds back and tries again. */
  refuseForNow(socket: MemorySocket): void {
    const seq = this.#mailbox.acked() + 1;
    this.#say(socket, { type: "nack", seq, verdict: "retry", reason: "disk full" });
  }

  freshness(): Freshness {
    const now = this.#clock.now();
    const live = this.#link.live();
    return {
      now,
      ...storedFreshness(this.#mailbox, this.#sql, this.#tally.state, now),
      agent: {
        connected: live !== null && this.#link.showsLife(live),
        since: live?.state.connectedAtMs ?? null,
        lastSeenAt: live === null ? null : this.#link.lastHeardMs(live),
        fence: this.#mailbox.fence(),
        instance: live?.state.instance ?? null,
        host: live?.state.host ?? null,
        version: live?.state.agentVersion ?? null,
      },
      edgeVersion: VERSION,
      protocol: PROTOCOL_VERSION,
    };
  }

  #say(socket: MemorySocket, frame: object): void {
    this.#link.receive(socket, JSON.stringify({ ...frame, fence: socket.state.fence }));
  }

  #port(): MailboxPort {
    return {
      accept: (signal, matched) => {
        const outcome = this.#mailbox.accept(signal);
        this.#tally.accepted(signal, outcome, matched ?? null);
        this.#link.pump();
        return Promise.resolve(outcome);
      },
      note: (note) => {
        this.#tally.note(note);
        if (note.kind !== "rejected") noteOnDisk(this.#mailbox, note);
        return Promise.resolve();
      },
    };
  }
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  serve: (request: Request) => Response | Promise<Response>,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const body = incoming.method === "POST" ? { body: Buffer.concat(parts) } : {};
  const request = new Request(`http://edge${incoming.url}`, { method: incoming.method ?? "GET", headers, ...body });
  const answered = await serve(request);
  response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(await answered.text());
}
