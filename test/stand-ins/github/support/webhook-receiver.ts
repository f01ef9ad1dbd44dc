import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
}

export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** The status of its answers from now on; null means that it does not answer. */
  answerWith(status: number | null): void;
}

/** A receiver of webhooks on loopback that keeps what it gets. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  let status: number | null = 202;
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const headers = request.headers as Record<string, string>;
      const body = Buffer.concat(parts).toString("utf8");
      const { action } = JSON.parse(body) as { readonly action?: string };
      const event = headers["x-github-event"] ?? "";
      received.push({ headers, body, event, guid: headers["x-github-delivery"] ?? "", action: action ?? null });
      if (status !== null) response.writeHead(status).end("noted");
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    received,
    answerWith(next) {
      status = next;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => void server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
