/** Where to listen; no host means every address of this machine. */
export interface ListenAddress {
  /** A host name or an address, an IPv6 one without its brackets; null for all. */
  readonly host: string | null;
  /** 0 to 65535; 0 lets the system choose. */
  readonly port: number;
}

const LISTEN = /^(?:\[([0-9A-Fa-f:.]+(?:%\w+)?)\]|([^\s:[\]/]+))?:(\d{1,5})$/;

/** Reads `[HOST]:PORT`: `:8080`, `127.0.0.1:8080`, `[::1]:8080`. Null for anything else. */
export function readListenAddress(text: string): ListenAddress | null {
  const match = LISTEN.exec(text);
  if (match === null) return null;
  const port = Number(match[3]);
  return port > 65_535 ? null : { host: match[1] ?? match[2] ?? null, port };
}

/** The address as it was meant: `:8080`, `127.0.0.1:8080`, `[::1]:8080`. */
export function describeListenAddress({ host, port }: ListenAddress): string {
  return `${host?.includes(":") === true ? `[${host}]` : (host ?? "")}:${port}`;
}
