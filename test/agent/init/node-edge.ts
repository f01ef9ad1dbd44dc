import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { PROTOCOL_VERSION } from "../../../shared/link/protocol.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { storedFreshness, type Freshness } from "../../../shared/mailbox/freshness.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { Tally } from "../../../shared/mailbox/tally.ts";
import type { MailboxPort } from "../../../shared/receiver/mailbox-port.ts";
import { createReceiver } from "../../../shared/receiver/receiver.ts";
import { WebhookVerifier } from "../../../shared/signature/webhook-verifier.ts";
import { VERSION } from "../../../shared/version.ts";

export interface EdgeSecrets {
  readonly webhookSecret: string;
  readonly token: string;
}

/** The real receiver and mailbox in this process, for tests that need an edge often: workerd takes a second to start. */
export class NodeEdge {
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  /** `secrets` is asked at each request: null while nothing is deployed there. */
  static async start(secrets: () => EdgeSecrets | null): Promise<NodeEdge> {
    const sql = new NodeSql(":memory:");
    const mailbox = new Mailbox({ sql, newStreamId: () => crypto.randomUUID() });
    const tally = new Tally();
    const port: MailboxPort = {
      accept: (signal) => Promise.resolve(mailbox.accept(signal)),
      note: (note) => {
        tally.note(note);
        if (note.kind !== "rejected") mailbox.notes.keep(note);
        return Promise.resolve();
      },
    };
    const answer = async (request: Request): Promise<Response> => {
      const active = secrets();
      if (active === null) return new Response("no such Worker", { status: 530 });
      if (new URL(request.url).pathname === "/freshness") {
        if (request.headers.get("authorization") !== `Bearer ${active.token}`) return new Response("", { status: 401 });
        return Response.json(freshnessOf(mailbox, tally));
      }
      const verifier = new WebhookVerifier({ current: active.webhookSecret });
      return createReceiver({ verifier, mailbox: port, log: silentLogger, now: Date.now }).fetch(request);
    };
    const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
      const response = await answer(await requestOf(incoming));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
    };
    const server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port: listening } = server.address() as AddressInfo;
    return new NodeEdge(`http://127.0.0.1:${listening}`, async () => {
      const closed = new Promise((resolve) => void server.close(resolve));
      server.closeAllConnections();
      await closed;
      sql.close();
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}

function freshnessOf(mailbox: Mailbox, tally: Tally): Freshness {
  const now = Date.now();
  const nobody = { connected: false, since: null, lastSeenAt: null, fence: 0, instance: null, version: null };
  const stored = storedFreshness(mailbox, tally.state, now);
  return { now, ...stored, agent: nobody, edgeVersion: VERSION, protocol: PROTOCOL_VERSION };
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of incoming as AsyncIterable<Buffer>) parts.push(part);
  const { method = "GET", url = "/", headers } = incoming;
  return new Request(`http://127.0.0.1${url}`, {
    method,
    headers: headers as Record<string, string>,
    ...(method === "GET" ? {} : { body: Buffer.concat(parts) }),
  });
}
