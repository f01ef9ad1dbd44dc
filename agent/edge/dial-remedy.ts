/** By the words of Node's errors; the first that fits tells. https://nodejs.org/api/errors.html#common-system-errors */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /ENOTFOUND|EAI_AGAIN|getaddrinfo/i,
    "check the host's name in HOOKLINE_EDGE_URL, and the name server of this machine: other names have to resolve here",
  ],
  [
    /certificate|self[- ]signed|altnames|issuer|EPROTO|SSL|TLS/i,
    "check HOOKLINE_EDGE_URL, this machine's clock, and whether a proxy opens TLS: trust its CA by NODE_EXTRA_CA_CERTS=/path/ca.pem",
  ],
  [/ECONNREFUSED/i, "check host and port in HOOKLINE_EDGE_URL: nobody listens there"],
  [
    /ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|CONNECT_TIMEOUT|handshake has timed out/i,
    "check this machine's way to the internet, and HOOKLINE_EDGE_URL",
  ],
];

/** What helps where the edge was not reached at all, by the reason that the system gave; null where it gave another. */
export function dialRemedy(reason: string): string | null {
  return REMEDIES.find(([words]) => words.test(reason))?.[1] ?? null;
}
