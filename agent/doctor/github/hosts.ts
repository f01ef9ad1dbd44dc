import { lookup } from "node:dns/promises";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

import { Skipped, type Check, type Finding } from "../check/check.ts";
import { withFault } from "../check/shared-fault.ts";

/** A host that has to be reached, and by what. */
export interface HostTarget {
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * What a runner talks to besides the API, at github.com.
 * https://docs.github.com/en/actions/reference/runners/self-hosted-runners#accessible-domains-by-function
 */
const RUNNER_HOSTS = [
  "github.com",
  "codeload.github.com",
  "ghcr.io",
  "pkg-containers.githubusercontent.com",
  "objects.githubusercontent.com",
  "broker.actions.githubusercontent.com",
  "results-receiver.actions.githubusercontent.com",
  "vstoken.actions.githubusercontent.com",
];
const CONNECT_MS = 5000;

/** The API's own host first. GitHub Enterprise Server has all in one place. */
export function targetsOf(githubApiUrl: string): readonly HostTarget[] {
  const { hostname, port, protocol } = new URL(githubApiUrl);
  const tls = protocol === "https:";
  const api = { hostname, port: port === "" ? (tls ? 443 : 80) : Number(port), tls };
  const others = hostname === "api.github.com" ? RUNNER_HOSTS : [];
  return [api, ...others.map((name) => ({ hostname: name, port: 443, tls: true }))];
}

/** One check a host: does its name resolve, does it answer, is its certificate good? */
export function hostChecks(
  targets: readonly HostTarget[],
  reach: (target: HostTarget) => Promise<Finding>,
): readonly Check[] {
  return targets.map((target) => ({
    id: `github-host:${target.hostname}`,
    group: "github",
    run: () => reach(target),
  }));
}

/** Tells a fault of DNS from one of the network and one of TLS. Never rejects. */
export async function reachHost(target: HostTarget, signal: AbortSignal): Promise<Finding> {
  const { hostname, port, tls } = target;
  const address = hostname.replace(/^\[|\]$/g, "");
  try {
    await lookup(address);
  } catch (error) {
    const finding: Finding = {
      status: "fail",
      summary: `DNS: the name ${hostname} does not resolve (${codeOf(error)})`,
      remedy: `check the name server of this machine: nslookup ${hostname}; on a NAS set one in its network settings, 1.1.1.1 for example`,
    };
    return withFault(finding, error);
  }
  try {
    await opened(
      tls ? connectTls({ host: address, port, ...nameOf(address) }) : connectTcp(port, address),
      tls,
      signal,
    );
    return { status: "pass", summary: `${hostname} resolves and answers${tls ? ", its certificate is good" : ""}` };
  } catch (error) {
    return isTlsFault(error) ? tlsFinding(hostname, error) : withFault(networkFinding(target, error), error);
  }
}

/** Addresses have no name to be sent along. */
function nameOf(address: string): { readonly servername?: string } {
  return /^[\d.]+$|:/.test(address) ? {} : { servername: address };
}

function opened(socket: Socket, tls: boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      settle();
    };
    const onAbort = (): void => end(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" })));
    signal.addEventListener("abort", onAbort, { once: true });
    socket.setTimeout(CONNECT_MS, () =>
      end(() => reject(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }))),
    );
    socket.once("error", (error) => end(() => reject(error)));
    socket.once(tls ? "secureConnect" : "connect", () => end(resolve));
  });
}

const TLS_CODES = /CERT|SSL|TLS|SIGNED|VERIFY|ISSUER|ALTNAME|EPROTO/i;

function isTlsFault(error: unknown): boolean {
  return TLS_CODES.test(codeOf(error));
}

function tlsFinding(hostname: string, error: unknown): Finding {
  return {
    status: "fail",
    summary: `TLS: no trusted connection to ${hostname} (${codeOf(error)})`,
    remedy:
      "check this machine's clock, and whether a proxy or firewall replaces certificates; trust its CA by NODE_EXTRA_CA_CERTS=/path/ca.pem",
  };
}

function networkFinding({ hostname, port }: HostTarget, error: unknown): Finding {
  return {
    status: "fail",
    summary: `network: ${hostname} port ${port} cannot be reached (${codeOf(error)})`,
    remedy: `let this machine out through firewall and router: nc -zv ${hostname} ${port}`,
  };
}

function codeOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  return typeof code === "string" ? code : (message ?? String(error));
}

/** Waits for the API's host: what cannot be reached is reported there. @throws {Skipped} */
export async function apiReached(api: Promise<Finding>): Promise<void> {
  if ((await api).status === "fail") throw new Skipped("GitHub cannot be reached", "github-host");
}
