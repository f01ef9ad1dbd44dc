import type { Apps } from "../state/apps.ts";
import { covers } from "../state/apps.ts";
import { verifyAppJwt } from "../state/app-jwt.ts";
import type { Account, App, Installation, Permissions, Repository } from "../state/model.ts";
import type { PersonalToken, PersonalTokens } from "../state/personal-tokens.ts";
import { Refusal } from "./refusal.ts";

/** Who calls, by which credential. */
export type Principal =
  | { readonly kind: "anonymous" }
  | { readonly kind: "personal"; readonly token: PersonalToken }
  | {
      readonly kind: "installation";
      readonly token: string;
      readonly installation: Installation;
      readonly permissions: Permissions;
    }
  | { readonly kind: "app"; readonly app: App };

export interface Credentials {
  readonly apps: Apps;
  readonly personalTokens: PersonalTokens;
  readonly nowMs: number;
}

/** Reads the `Authorization` header. Throws a 401 for a credential that GitHub does not know. */
export function principalOf(authorization: string | undefined, credentials: Credentials): Principal {
  if (authorization === undefined) return { kind: "anonymous" };
  const [, token = ""] = /^(?:bearer|token)\s+(\S+)$/i.exec(authorization) ?? [];
  const personal = credentials.personalTokens.get(token);
  if (personal !== null) return { kind: "personal", token: personal };
  const held = credentials.apps.token(token);
  if (held !== null) return { kind: "installation", ...held };
  if (token.split(".").length !== 3) throw new Refusal(401, "Bad credentials");
  const result = verifyAppJwt(token, credentials.apps, credentials.nowMs);
  if ("refused" in result) throw new Refusal(401, result.refused);
  return { kind: "app", app: result.app };
}

/** Tells credentials apart, for ETags: they depend on the token. */
export function identityOf(principal: Principal): string {
  switch (principal.kind) {
    case "anonymous":
      return "anonymous";
    case "personal":
      return principal.token.token;
    case "installation":
      return principal.token;
    case "app":
      return `app ${principal.app.id}`;
  }
}

/** Whose rate limit a call counts against: a user's, an installation's or an App's. */
export function accountOf(principal: Principal): string {
  switch (principal.kind) {
    case "anonymous":
      return "anonymous";
    case "personal":
      return `user ${principal.token.login.toLowerCase()}`;
    case "installation":
      return `installation ${principal.installation.id}`;
    case "app":
      return `app ${principal.app.id}`;
  }
}

/** Whether the account's own things, as an organization's runners, are there for the caller at all. */
export function seesAccount(principal: Principal, account: Account): boolean {
  switch (principal.kind) {
    case "personal":
      return principal.token.owners?.includes(account.login.toLowerCase()) ?? true;
    case "installation":
      return principal.installation.account === account;
    default:
      return false;
  }
}

export function seesRepository(principal: Principal, repository: Repository): boolean {
  if (!repository.isPrivate) return true;
  if (principal.kind === "installation") return covers(principal.installation, repository);
  return seesAccount(principal, repository.owner);
}
