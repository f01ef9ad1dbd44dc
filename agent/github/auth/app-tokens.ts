import type { KeyObject } from "node:crypto";

import type * as z from "zod/mini";

import type { AccessToken, TokenSource } from "../http/access-token.ts";
import { app, installation, installationToken, rateLimits } from "../model/answers.ts";
import type { Api } from "../http/api.ts";
import { appJwt } from "./app-jwt.ts";
import type { AppKey } from "./app-key.ts";
import { noneIfNotFound } from "../http/not-found.ts";
import { parseAnswer } from "../http/parse-answer.ts";
import type { TokenHome } from "../model/delivery-log.ts";
import { ownerOf, scopePath } from "../model/scope.ts";
import { SingleFlight } from "./single-flight.ts";
import { GitHubError, type TokenReport } from "../model/types.ts";
import type { HttpCall } from "../http/wire.ts";

/** A token with less left than this is renewed before it is used. */
const LEAST_LEFT_MS = 5 * 60_000;

interface HeldToken {
  readonly token: AccessToken;
  readonly expiresAtMs: number;
}

export interface AppOptions {
  readonly api: Api;
  readonly appId: string | number;
  readonly key: AppKey;
  readonly installationId: number | null;
}

/**
 * Tokens of a GitHub App's installations: made on demand, kept for their hour, renewed while at least five minutes
 * are left, by one call however many ask at once.
 *
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-an-installation-access-token-for-a-github-app
 */
export class InstallationTokens implements TokenSource {
  readonly #options: AppOptions;
  readonly #installations = new Map<string, number>();
  readonly #tokens = new Map<number, HeldToken>();
  readonly #lookups = new SingleFlight<number>();
  readonly #renewals = new SingleFlight<AccessToken>();
  /** Shared work outlives the caller that began it; every call has its own deadline. */
  readonly #unaborted = new AbortController().signal;
  #made = 0;

  constructor(options: AppOptions) {
    this.#options = options;
  }

  async tokenFor(scope: TokenHome, signal: AbortSignal): Promise<AccessToken> {
    if (scope.kind === "app") return this.#ownToken();
    const id = this.#options.installationId ?? (await this.#installationOf(scope, signal));
    return this.#tokenOf(id, signal);
  }

  /** A new installation token is made for the next call; the App's own word is given anew if its key was replaced. */
  refused(token: AccessToken): boolean {
    if (token.kind === "app") return this.#options.key.refused(this.#options.key.current());
    for (const [id, held] of this.#tokens) if (held.token.identity === token.identity) this.#tokens.delete(id);
    return false;
  }

  /**
   * The App by name; its rate limit too where the operator named the installation. Reading that counts for nothing:
   * https://docs.github.com/en/rest/rate-limit/rate-limit
   */
  async report(signal: AbortSignal): Promise<TokenReport> {
    const { api, installationId } = this.#options;
    const { name } = await this.#ask("GET", "/app", app, signal);
    if (installationId === null) return { subject: `GitHub App ${name}`, rateLimit: null };
    const token = await this.#tokenOf(installationId, signal);
    const call: HttpCall = { method: "GET", url: api.urlOf("/rate_limit"), bearer: token.value };
    const subject = `GitHub App ${name}, installation ${installationId}`;
    const answer = await api.retried(call, "installation", signal).catch(noneIfNotFound);
    if (answer === null) return { subject, rateLimit: null };
    const { core } = parseAnswer(call, answer, rateLimits, api.redactor).resources;
    const rateLimit = {
      limit: core.limit,
      remaining: core.remaining,
      resetAtMs: core.reset * 1000,
    };
    return { subject, rateLimit };
  }

  /** By GitHub's clock, which set the expiry. */
  #nowMs(): number {
    const { api } = this.#options;
    return api.serverNowMs() ?? api.clock.now();
  }

  /** What the App says in its own name, as its hook's log asks for. */
  async #ownToken(): Promise<AccessToken> {
    const { api, appId, key } = this.#options;
    const value = await appJwt(appId, key.current(), this.#nowMs());
    api.redactor.remember(value);
    return { value, identity: `app:${appId}`, account: `app:${appId}`, kind: "app" };
  }

  #tokenOf(id: number, signal: AbortSignal): Promise<AccessToken> {
    const held = this.#tokens.get(id);
    if (held !== undefined && held.expiresAtMs - this.#nowMs() >= LEAST_LEFT_MS) return Promise.resolve(held.token);
    return this.#renewals.run(String(id), () => this.#renew(id), signal);
  }

  /** An App has one installation an account, so any of its repositories finds it. */
  async #installationOf(scope: Installed, signal: AbortSignal): Promise<number> {
    const owner = accountOf(scope).toLowerCase();
    return this.#installations.get(owner) ?? this.#lookups.run(owner, () => this.#lookUp(scope, owner), signal);
  }

  async #lookUp(scope: Installed, owner: string): Promise<number> {
    for (const path of pathsOf(scope)) {
      const found = await this.#ask("GET", `${path}/installation`, installation, this.#unaborted).catch(noneIfNotFound);
      if (found === null) continue;
      this.#installations.set(owner, found.id);
      return found.id;
    }
    throw new GitHubError(
      "not-found",
      `The GitHub App is not installed where ${accountOf(scope)} could be served.`,
      `Install the App on ${accountOf(scope)}, with access to the repositories of config/pools.yaml.`,
      { status: 404 },
    );
  }

  async #renew(id: number): Promise<AccessToken> {
    try {
      const made = await this.#ask(
        "POST",
        `/app/installations/${id}/access_tokens`,
        installationToken,
        this.#unaborted,
      );
      this.#options.api.redactor.remember(made.token);
      const account = `installation:${id}`;
      const token: AccessToken = {
        value: made.token,
        identity: `${account}:${++this.#made}`,
        account,
        kind: "installation",
      };
      this.#tokens.set(id, { token, expiresAtMs: Date.parse(made.expires_at) });
      return token;
    } catch (error) {
      if (error instanceof GitHubError && error.code === "not-found") this.#forget(id);
      throw error;
    }
  }

  /** An App that was taken away and installed anew has another installation id. */
  #forget(id: number): void {
    for (const [owner, known] of this.#installations) if (known === id) this.#installations.delete(owner);
  }

  async #ask<T>(method: "GET" | "POST", path: string, schema: z.core.$ZodType<T>, signal: AbortSignal): Promise<T> {
    const key = this.#options.key.current();
    try {
      return await this.#askWith(key, method, path, schema, signal);
    } catch (error) {
      const isRefused = error instanceof GitHubError && error.code === "unauthorized";
      if (!isRefused || !this.#options.key.refused(key)) throw error;
      return this.#askWith(this.#options.key.current(), method, path, schema, signal);
    }
  }

  async #askWith<T>(
    key: KeyObject,
    method: "GET" | "POST",
    path: string,
    schema: z.core.$ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const { api, appId } = this.#options;
    const bearer = await appJwt(appId, key, this.#nowMs());
    api.redactor.remember(bearer);
    const call: HttpCall = { method, url: api.urlOf(path), bearer };
    return parseAnswer(call, await api.retried(call, "app", signal), schema, api.redactor);
  }
}

/** What an App may be installed on, or lies within it. */
type Installed = Exclude<TokenHome, { readonly kind: "app" }>;

function accountOf(scope: Installed): string {
  return scope.kind === "account" ? scope.account : ownerOf(scope);
}

/** A person's, or else an organization's, where it is not known which of them an account is. */
function pathsOf(scope: Installed): readonly string[] {
  if (scope.kind !== "account") return [scopePath(scope)];
  const name = encodeURIComponent(scope.account);
  return [`/users/${name}`, `/orgs/${name}`];
}
