import type { GitHubHook } from "./delivery-log.ts";

/** Where GitHub is to deliver to, below the receiver's own address. */
export const WEBHOOK_PATH = "webhook";

/** Whether a hook tells the receiver at this address of jobs. */
export function deliversTo(hook: GitHubHook, receiverUrl: string): boolean {
  const { url } = hook;
  return tellsOfJobs(hook) && url !== null && URL.canParse(url) && new URL(url).href === webhookUrl(receiverUrl);
}

/** Whether a hook is subscribed to what we live by. */
export function tellsOfJobs({ events }: GitHubHook): boolean {
  return events.includes("workflow_job") || events.includes("*");
}

/** The address that belongs into the hook. Throws TypeError where `receiverUrl` is no address. */
export function webhookUrl(receiverUrl: string): string {
  return new URL(WEBHOOK_PATH, receiverUrl.endsWith("/") ? receiverUrl : `${receiverUrl}/`).href;
}
