import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import type { Clock } from "../../../shared/clock/clock.ts";
import { InitError } from "./init-error.ts";
import { madePage, manifestPage, sorryPage } from "./manifest-page.ts";

/** GitHub's code is good for an hour, and so is the page. */
const OPEN_MS = 60 * 60_000;
const HOST = "127.0.0.1";

export interface ManifestOffer {
  /** 0 for any that is free. */
  readonly port: number;
  /** What GitHub has to bring back unchanged, and what the page's address ends with; nobody else can guess it. */
  readonly state: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The manifest, given where GitHub shall send the browser back to. */
  readonly manifest: (redirectUrl: string) => object;
  /** Where the manifest is posted to. */
  readonly action: string;
  /** Told once the page can be opened. */
  readonly offer: (pageUrl: string) => void;
  /** Takes over the App behind the code and says where it is installed from. Called once at most. */
  readonly exchange: (code: string) => Promise<string>;
}

/**
 * Serves the page on loopback until GitHub has sent the browser back and the App is taken over.
 *
 * @throws {InitError} when nobody came within an hour, and whatever `exchange` throws
 */
export async function offerManifest(offer: ManifestOffer): Promise<void> {
  const { clock, signal } = offer;
  signal.throwIfAborted();
  const pages = new ManifestPages(offer);
  const server = createServer((request, response) => void pages.answer(request, response));
  await listen(server, offer.port);
  const { port } = server.address() as AddressInfo;
  let cancel = (): void => {};
  const onAbort = (): void => pages.fail(signal.reason);
  try {
    signal.addEventListener("abort", onAbort, { once: true });
    cancel = clock.after(OPEN_MS, () => {
      const remedy = "Run hookline init again when you have a minute.";
      pages.fail(new InitError("app-not-confirmed", "Nobody confirmed the App on GitHub within an hour.", remedy));
    });
    offer.offer(pages.open(port));
    await pages.done;
  } finally {
    cancel();
    signal.removeEventListener("abort", onAbort);
    server.close();
    server.closeIdleConnections();
  }
}

class ManifestPages {
  readonly #offer: ManifestOffer;
  readonly #outcome = Promise.withResolvers<void>();
  #origin = "";
  #exchanged = false;

  constructor(offer: ManifestOffer) {
    this.#offer = offer;
  }

  get done(): Promise<void> {
    return this.#outcome.promise;
  }

  fail(reason: unknown): void {
    this.#outcome.reject(reason);
  }

  /** The page's address, once the port is known. */
  open(port: number): string {
    this.#origin = `http://${HOST}:${port}`;
    return `${this.#origin}/app/${this.#offer.state}`;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { state, action, manifest } = this.#offer;
    const url = URL.parse(request.url ?? "/", this.#origin);
    // A page from elsewhere that points its own name at this machine must not read the manifest.
    if (url === null || `http://${request.headers.host ?? ""}` !== this.#origin || request.method !== "GET")
      return send(response, 404, sorryPage("There is nothing here."), action);
    if (same(url.pathname, `/app/${state}`))
      return send(response, 200, manifestPage(action, manifest(`${this.#origin}/made`)), action);
    if (url.pathname === "/made") return this.#made(url, response);
    return send(response, 404, sorryPage("There is nothing here."), action);
  }

  async #made(url: URL, response: ServerResponse): Promise<void> {
    const { state, action, exchange } = this.#offer;
    const code = url.searchParams.get("code") ?? "";
    if (!same(url.searchParams.get("state") ?? "", state) || !/^[A-Za-z0-9_-]{1,200}$/.test(code))
      return send(response, 400, sorryPage("This is not the answer to the page that was opened here."), action);
    if (this.#exchanged) return send(response, 409, sorryPage("This App was taken over already."), action);
    this.#exchanged = true;
    try {
      const installUrl = await exchange(code);
      await send(response, 200, madePage(installUrl), action);
      this.#outcome.resolve();
    } catch (error) {
      await send(response, 502, sorryPage("GitHub did not hand the App over; the terminal says why."), action);
      this.#outcome.reject(error);
    }
  }
}

function send(response: ServerResponse, status: number, html: string, action: string): Promise<void> {
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    connection: "close",
    // Browsers hold redirects after a form to this as well: GitHub may ask an organization's own login first.
    "content-security-policy": `default-src 'none'; style-src 'unsafe-inline'; form-action ${new URL(action).origin} https: 'self'; frame-ancestors 'none'`,
  });
  return new Promise((resolve) => {
    response.once("close", resolve);
    response.end(html);
  });
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const remedy = "Choose another with --port, or leave it out.";
      reject(new InitError("port", `Port ${port} cannot be listened on: ${error.message}.`, remedy));
    });
    server.listen(port, HOST, resolve);
  });
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
