import { wranglerCommand } from "./wrangler-command.ts";

/** Somebody other than the edge, and what helps. */
export interface OtherParty {
  readonly who: string;
  readonly remedy: string;
}

const HOSTED = "the Worker's host";

/**
 * Who answered in the Worker's place, by the status and the headers of the answer; null where it may well be the Worker
 * itself. Link and doctor ask here alike.
 *
 * https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/
 * https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
 * https://developers.cloudflare.com/workers/platform/limits/#daily-request
 */
export function whoAnswers(status: number, headers: Headers): OtherParty | null {
  const location = headers.get("location");
  const host = location !== null && URL.canParse(location) ? new URL(location).hostname : null;
  if (host?.endsWith(".cloudflareaccess.com") === true) {
    return {
      who: "Cloudflare Access asks for a login",
      remedy: `exempt ${HOSTED} in Access: a policy with the action Bypass, or no application for it`,
    };
  }
  if (headers.get("cf-mitigated") === "challenge") {
    return {
      who: "Cloudflare challenges the agent as a bot",
      remedy: `turn Bot Fight Mode off for ${HOSTED}'s zone, or skip it by a rule; a workers.dev address has none`,
    };
  }
  if (status === 407) {
    return {
      who: "the proxy asks for credentials",
      remedy: "write them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT",
    };
  }
  if (status === 429) {
    return {
      who: "Cloudflare's limit is reached",
      remedy: "on the free plan it ends at 00:00 UTC; sweeps serve the jobs meanwhile",
    };
  }
  if (status === 511) {
    return { who: "the network asks for a login, a captive portal", remedy: "log in to the network of this machine" };
  }
  if (status === 403) {
    return {
      who: "somebody before the Worker refuses the agent",
      remedy: `exempt ${HOSTED} from Cloudflare Access, and look for a firewall rule of its zone that blocks it`,
    };
  }
  if (status >= 520 && status <= 530) {
    return {
      who: "Cloudflare finds no Worker behind this host, and no origin",
      remedy: `check the Worker's route in wrangler.toml, then: ${wranglerCommand("deploy")}`,
    };
  }
  if (status >= 300 && status < 400) {
    return {
      who: `${host ?? "somebody"} is where the answer sends the agent on to`,
      remedy: "check HOOKLINE_EDGE_URL; on a foreign network log in to it first",
    };
  }
  if (status === 404) {
    return { who: "no Hookline answers there", remedy: "HOOKLINE_EDGE_URL does not point at a Hookline Worker" };
  }
  return null;
}
