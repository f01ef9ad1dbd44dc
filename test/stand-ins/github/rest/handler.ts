import type { World } from "../world.ts";
import type { Principal } from "./principal.ts";
import { notFound } from "./refusal.ts";
import { seesAccount, seesRepository } from "./principal.ts";
import type { Account, Repository } from "../state/model.ts";

/** A checked call. */
export interface Context {
  readonly world: World;
  readonly principal: Principal;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly body: unknown;
  readonly url: URL;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers one operation. Throws a Refusal. */
export type Handler = (context: Context) => Reply;

export function ok(body: unknown): Reply {
  return { status: 200, body };
}

export function text(context: Context, name: string): string {
  return String(context.parameters[name] ?? "");
}

export function number(context: Context, name: string): number {
  return Number(context.parameters[name]);
}

/** The organization of the path. Throws a 404 when there is none, or it is not for these eyes. */
export function organizationIn(context: Context): Account {
  const account = context.world.accounts.account(text(context, "org"));
  if (account?.kind !== "organization" || !seesAccount(context.principal, account)) throw notFound();
  return account;
}

/** The repository of the path. Throws a 404 when there is none, or it is not for these eyes. */
export function repositoryIn(context: Context): Repository {
  const repository = context.world.accounts.repository(`${text(context, "owner")}/${text(context, "repo")}`);
  if (repository === null || !seesRepository(context.principal, repository)) throw notFound();
  return repository;
}
