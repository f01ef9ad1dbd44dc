import type { Account, Hook } from "../state/model.ts";
import { renderHook } from "../rest/render/hook.ts";
import { accountPayload, organizationPayload } from "./account-payload.ts";
import type { Part } from "./examples.ts";
import { repositoryPayload } from "./repository-payload.ts";

/**
 * The payload of a `ping`: it has no `action`.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#ping
 */
export function pingPayload(hook: Hook, sender: Account, apiUrl: string): Part {
  return {
    zen: "Responsive is better than fast.",
    hook_id: hook.id,
    hook: renderHook(hook, apiUrl),
    ...targetOf(hook, apiUrl),
    sender: accountPayload(sender, apiUrl),
  };
}

function targetOf({ scope }: Hook, apiUrl: string): Part {
  if (scope.kind === "repository") return { repository: repositoryPayload(scope.repository, apiUrl) };
  return scope.kind === "organization" ? { organization: organizationPayload(scope.account, apiUrl) } : {};
}
