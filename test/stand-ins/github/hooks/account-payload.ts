import type { Account } from "../state/model.ts";
import { examplesOf, partOf, type Part } from "./examples.ts";
import { nodeId, rewrite } from "./rewrite.ts";

const jobs = examplesOf("workflow_job");
const exampleSender = partOf(jobs, "sender", ({ action }) => action === "waiting");
const exampleOrganization = partOf(jobs, "organization");

/** An account as `owner` and `sender` show it. */
export function accountPayload(account: Account, apiUrl: string): Part {
  return {
    ...rewrite(exampleSender, [[String(exampleSender["login"]), account.login]], apiUrl),
    id: account.id,
    node_id: nodeId(account.kind === "user" ? "U" : "O", account.id),
    type: account.kind === "user" ? "User" : "Organization",
    site_admin: false,
  };
}

/** An organization as `organization` shows it. */
export function organizationPayload(account: Account, apiUrl: string): Part {
  return {
    ...rewrite(exampleOrganization, [[String(exampleOrganization["login"]), account.login]], apiUrl),
    id: account.id,
    node_id: nodeId("O", account.id),
  };
}
