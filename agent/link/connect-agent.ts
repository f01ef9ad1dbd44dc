import http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";

type Done = (error: Error | null, stream: Duplex) => void;

/**
 * Connections through an HTTP proxy: asks it for a tunnel to the host, for plain and for TLS connections alike, with the
 * credentials of the proxy's own address. An answer other than 200 is an error with its status.
 *
 * https://www.rfc-editor.org/rfc/rfc9110#name-connect
 */
export class ConnectAgent extends http.Agent {
  readonly #proxy: URL;
  readonly #isSecure: boolean;

  constructor(proxy: string, isSecure: boolean) {
    super();
    this.#proxy = new URL(proxy);
    this.#isSecure = isSecure;
    Object.assign(this, { protocol: isSecure ? "https:" : "http:", defaultPort: isSecure ? 443 : 80 });
  }

  override createConnection({ host, port }: http.ClientRequestArgs, done?: Done): undefined {
    const fail = done as ((error: Error) => void) | undefined;
    const { hostname, port: proxyPort, username, password } = this.#proxy;
    const target = `${host ?? ""}:${port ?? ""}`;
    const shown = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const request = http.request({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: proxyPort === "" ? 80 : proxyPort,
      method: "CONNECT",
      path: target,
      agent: false,
      headers: {
        host: target,
        ...(username === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(shown).toString("base64")}` }),
      },
    });
    request.once("connect", ({ statusCode }: http.IncomingMessage, socket: Socket) => {
      if (statusCode === 200) return done?.(null, this.#isSecure ? secured(socket, host ?? "") : socket);
      socket.destroy();
      fail?.(
        new Error(`the proxy answered ${statusCode ?? 0}${statusCode === 407 ? ": it asks for credentials" : ""}`),
      );
    });
    request.once("error", (error) => fail?.(error));
    request.end();
    return undefined;
  }
}

function secured(socket: Socket, host: string): Socket {
  return connect({ socket, servername: host });
}
