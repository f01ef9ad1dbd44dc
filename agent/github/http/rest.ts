import * as z from "zod/mini";

import type { AccessToken, TokenSource } from "./access-token.ts";
import type { Api } from "./api.ts";
import type { TokenHome } from "../model/delivery-log.ts";
import { EtagCache } from "./etag-cache.ts";
import { nextPage } from "./next-page.ts";
import { parseAnswer } from "./parse-answer.ts";
import { RateGate } from "./rate-gate.ts";
import { readRateLimit, REGISTRATION_RESOURCE, retryAtMs } from "./rate-limit.ts";
import { GitHubError } from "../model/types.ts";
import { nameOf, type Answer, type HttpCall } from "./wire.ts";

export interface ReadOptions {
  /** Whose token to use. */
  readonly scope: TokenHome;
  readonly signal: AbortSignal;
  /** Asks GitHub even while it wants no polling: a job waits for the answer. */
  readonly urgent?: boolean;
}

export interface WriteOptions {
  readonly scope: TokenHome;
  readonly signal: AbortSignal;
  readonly body?: unknown;
  /** The statuses that the caller understands; any other is thrown. */
  readonly accept: readonly number[];
}

/** A write that GitHub answered in a way that the caller understands. */
export interface WriteAnswer {
  readonly call: HttpCall;
  readonly answer: Answer;
}

export interface Page<T> {
  readonly value: T;
  readonly nextUrl: string | null;
  /** Whether GitHub redirected the call: what it names has another name by now. */
  readonly redirected: boolean;
}

/** An answer with what GitHub said in its headers. */
export interface LookAnswer<T> {
  readonly value: T;
  readonly headers: Headers;
}

/** Redirects after which the same call is to be made elsewhere: 307 Temporary Redirect, 308 Permanent Redirect. */
const KEEPS_METHOD: readonly number[] = [307, 308];

/** Reads and writes on behalf of a credential: tokens, ETags and rate limits. */
export class Rest {
  readonly #api: Api;
  readonly #tokens: TokenSource;
  readonly #cache = new EtagCache();
  readonly #gate: RateGate;

  constructor(api: Api, tokens: TokenSource) {
    this.#api = api;
    this.#tokens = tokens;
    this.#gate = new RateGate(api.clock);
  }

  urlOf(path: string): string {
    return this.#api.urlOf(path);
  }

  /** Until when polling rests, by the account that rests longest; null when it does not. */
  get closedUntilMs(): number | null {
    return this.#gate.closedUntilMs();
  }

  /** One page, from the cache when GitHub says that it is the same. Throws GitHubError. */
  read<T>(url: string, schema: z.core.$ZodType<T>, options: ReadOptions): Promise<Page<T>> {
    return this.#authorized(options, (token) => this.#page(url, schema, options, token));
  }

  async #page<T>(url: string, schema: z.core.$ZodType<T>, options: ReadOptions, token: AccessToken): Promise<Page<T>> {
    if (options.urgent !== true) this.#gate.check(token.account);
    const key = `${token.identity} ${url}`;
    const cached = this.#cache.get(key);
    const call: HttpCall = { method: "GET", url, bearer: token.value, etag: cached?.etag };
    const answer = await this.#api.retried(call, token.kind, options.signal).catch((error: unknown) => {
      this.#learn(token, error);
      throw error;
    });
    this.#noteEmptyBucket(token, answer);
    const { redirected } = answer;
    if (answer.status !== 304) return { ...this.#keep(key, call, answer, schema), redirected };
    if (cached === null) throw this.#api.failure(call, answer, token.kind);
    return { value: z.parse(schema, JSON.parse(cached.json)), nextUrl: cached.nextUrl, redirected };
  }

  /** One reading with its headers, never from the cache, even while polling rests. Throws GitHubError. */
  look<T>(path: string, schema: z.core.$ZodType<T>, scope: TokenHome, signal: AbortSignal): Promise<LookAnswer<T>> {
    return this.#authorized({ scope, signal }, async (token) => {
      const call: HttpCall = { method: "GET", url: this.#api.urlOf(path), bearer: token.value };
      const answer = await this.#api.retried(call, token.kind, signal);
      return { value: parseAnswer(call, answer, schema, this.#api.redactor), headers: answer.headers };
    });
  }

  /**
   * One call that is never repeated, except where GitHub has done nothing: at the address to which it redirects the
   * call, and with another token where it refuses this one and there is one.
   * Throws GitHubError on any status that is not in `accept`.
   *
   * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
   */
  write(method: "POST" | "PATCH" | "DELETE", path: string, options: WriteOptions): Promise<WriteAnswer> {
    return this.#authorized(options, (token) => {
      const call = { method, url: this.#api.urlOf(path), bearer: token.value, body: options.body };
      return this.#written(call, options, token);
    });
  }

  async #written(call: HttpCall, options: WriteOptions, token: AccessToken): Promise<WriteAnswer> {
    const answer = await this.#onceFollowed(call, options.signal);
    if (options.accept.includes(answer.status)) return { call, answer };
    const failure = this.#api.failure(call, answer, token.kind);
    if (!isRegistrationLimit(answer.headers)) this.#learn(token, failure);
    throw failure;
  }

  async #onceFollowed(call: HttpCall, signal: AbortSignal): Promise<Answer> {
    const answer = await this.#api.once(call, signal);
    const location = answer.headers.get("location");
    if (!KEEPS_METHOD.includes(answer.status) || location === null || !this.#api.isOwn(location)) return answer;
    return this.#api.once({ ...call, url: location }, signal);
  }

  /** The answer to a write, by its schema. Throws GitHubError `unexpected`. */
  parse<T>({ call, answer }: WriteAnswer, schema: z.core.$ZodType<T>): T {
    return parseAnswer(call, answer, schema, this.#api.redactor);
  }

  #keep<T>(key: string, call: HttpCall, answer: Answer, schema: z.core.$ZodType<T>): Omit<Page<T>, "redirected"> {
    const value = parseAnswer(call, answer, schema, this.#api.redactor);
    const nextUrl = this.#nextUrl(call, answer);
    const etag = answer.headers.get("etag");
    if (etag !== null) this.#cache.set(key, { etag, json: JSON.stringify(value), nextUrl });
    return { value, nextUrl };
  }

  /** The address comes from outside, and the token goes with the call to it. */
  #nextUrl(call: HttpCall, answer: Answer): string | null {
    const next = nextPage(answer.headers.get("link"));
    if (next === null || this.#api.isOwn(next)) return next;
    throw new GitHubError(
      "unexpected",
      this.#api.redactor.clean(
        `The next page after ${nameOf(call)} lies on another host, where the token must not go.`,
      ),
      "Check that GITHUB_API_URL is the address that GitHub gives itself, with no proxy that rewrites it.",
      { status: answer.status },
    );
  }

  /** Calls with the credential's token, and once more where GitHub refuses it and there is another by now. */
  async #authorized<T>(
    { scope, signal }: Pick<ReadOptions, "scope" | "signal">,
    work: (token: AccessToken) => Promise<T>,
  ): Promise<T> {
    const first = await this.#tokens.tokenFor(scope, signal);
    try {
      return await work(first);
    } catch (error) {
      if (!isUnauthorized(error) || !this.#tokens.refused(first)) throw error;
    }
    const second = await this.#tokens.tokenFor(scope, signal);
    try {
      return await work(second);
    } catch (error) {
      if (isUnauthorized(error)) this.#tokens.refused(second);
      throw error;
    }
  }

  #learn(token: AccessToken, error: unknown): void {
    if (!(error instanceof GitHubError)) return;
    if (error.code === "rate-limited" && error.retryAtMs !== null) this.#gate.close(token.account, error.retryAtMs);
  }

  /** The call after the last one of a bucket would be refused: spare it. */
  #noteEmptyBucket(token: AccessToken, answer: Answer): void {
    if (readRateLimit(answer.headers)?.remaining === 0)
      this.#gate.close(token.account, retryAtMs(answer.headers, this.#api.clock.now()));
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof GitHubError && error.code === "unauthorized";
}

/** Registrations have a bucket of their own: an empty one says nothing against reading. */
function isRegistrationLimit(headers: Headers): boolean {
  const limit = readRateLimit(headers);
  return limit?.resource === REGISTRATION_RESOURCE && limit.remaining === 0 && !headers.has("retry-after");
}
