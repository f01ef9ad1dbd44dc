import type { Clock, Random } from "../../../shared/clock/clock.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import { CLOCK_SET_MS, clockAheadMs } from "../../clock/two-clocks.ts";
import { answerFailure } from "./answer-failure.ts";
import { readRateLimit, type RateLimit } from "./rate-limit.ts";
import { Redactor } from "./redaction.ts";
import type { CredentialKind } from "./remedies.ts";
import { withRetries } from "./retry.ts";
import { GitHubError } from "../model/types.ts";
import { nameOf, send, type Answer, type HttpCall, type Fetch } from "./wire.ts";

export interface ApiOptions {
  /** Without a slash at the end, as `https://api.github.com` or `https://github.example/api/v3`. */
  readonly apiUrl: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How long one call may take. */
  readonly deadlineMs: number;
}

/** Makes single calls, counts them and keeps what GitHub says of its limits. Knows nothing of credentials. */
export class Api {
  readonly redactor = new Redactor();
  readonly clock: Clock;
  readonly #options: ApiOptions;
  readonly #base: URL;
  readonly #rateLimits = new Map<string, RateLimit>();
  #calls = 0;
  #notModified = 0;
  #retries = 0;
  #tokenEndsAtMs: number | null | undefined = undefined;
  /** What GitHub's clock, and this machine's, said beyond the monotonic one at the last answer. */
  #serverTime: { readonly aheadMs: number; readonly wallAheadMs: number } | null = null;

  /** Throws GitHubError `network` when `apiUrl` is no address that calls can go to. */
  constructor(options: ApiOptions) {
    this.#options = options;
    this.#base = readApiUrl(options.apiUrl);
    this.clock = options.clock;
  }

  /** The address of a path below the API's own. */
  urlOf(path: string): string {
    return `${this.#base.href.replace(/\/+$/, "")}${path}`;
  }

  /** Whether a token may be sent there. */
  isOwn(url: string): boolean {
    return URL.canParse(url) && new URL(url).origin === this.#base.origin;
  }

  /** One call, one answer of any status. Throws GitHubError `timeout` or `network`. */
  async once(call: HttpCall, signal: AbortSignal): Promise<Answer> {
    this.#calls++;
    const { fetch, deadlineMs } = this.#options;
    const answer = await send(call, { fetch, deadlineMs, signal, redactor: this.redactor });
    if (answer.status === 304) this.#notModified++;
    this.#noteTime(answer.headers);
    if (answer.status < 400 && call.bearer !== null) this.#tokenEndsAtMs = tokenEnd(answer.headers);
    const limit = readRateLimit(answer.headers);
    if (limit !== null) this.#rateLimits.set(limit.resource, limit);
    return answer;
  }

  /**
   * GitHub's time now, by the last answer and the time that went by since; null before the first answer, and from when
   * this machine's clock was set, or the machine slept, until the next one.
   */
  serverNowMs(): number | null {
    const { clock } = this;
    if (this.#serverTime === null) return null;
    const { aheadMs, wallAheadMs } = this.#serverTime;
    if (Math.abs(clockAheadMs(clock) - wallAheadMs) >= CLOCK_SET_MS) return null;
    return Math.round(clock.monotonicMs() + aheadMs);
  }

  #noteTime(headers: Headers): void {
    const serverMs = Date.parse(headers.get("date") ?? "");
    if (Number.isNaN(serverMs)) return;
    this.#serverTime = { aheadMs: serverMs - this.clock.monotonicMs(), wallAheadMs: clockAheadMs(this.clock) };
  }

  /** A call that may be made twice: waits and repeats on faults that pass. Throws GitHubError on any but 2xx and 304. */
  retried(call: HttpCall, speaker: CredentialKind, signal: AbortSignal): Promise<Answer> {
    const { clock, random, log } = this.#options;
    const attempt = async (): Promise<Answer> => {
      const answer = await this.once(call, signal);
      if (isSuccess(answer)) return answer;
      throw this.failure(call, answer, speaker);
    };
    const onRetry = (error: GitHubError, delayMs: number): void => {
      this.#retries++;
      log.debug("github call repeated", {
        call: this.redactor.clean(nameOf(call)),
        code: error.code,
        status: error.status,
        delayMs,
      });
    };
    return withRetries(attempt, { clock, random, signal, onRetry });
  }

  failure(call: HttpCall, answer: Answer, speaker: CredentialKind): GitHubError {
    return answerFailure(call, answer, speaker, this.clock.now(), this.redactor);
  }

  get counts(): { readonly calls: number; readonly notModified: number; readonly retries: number } {
    return { calls: this.#calls, notModified: this.#notModified, retries: this.#retries };
  }

  /** When the token ends, as GitHub last said; null for one without an end, undefined before the first answer. */
  get tokenEndsAtMs(): number | null | undefined {
    return this.#tokenEndsAtMs;
  }

  /** What GitHub said last of each bucket. */
  get rateLimits(): readonly RateLimit[] {
    return [...this.#rateLimits.values()];
  }
}

/** https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api, `github-authentication-token-expiration` */
function tokenEnd(headers: Headers): number | null {
  const endsAtMs = Date.parse((headers.get("github-authentication-token-expiration") ?? "").replace(" UTC", "Z"));
  return Number.isNaN(endsAtMs) ? null : endsAtMs;
}

function isSuccess(answer: Answer): boolean {
  return (answer.status >= 200 && answer.status < 300) || answer.status === 304;
}

function readApiUrl(apiUrl: string): URL {
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : null;
  if (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === ""
  ) {
    return url;
  }
  throw new GitHubError(
    "network",
    "The address of GitHub's REST API is no http or https address without user, query and fragment.",
    "Set GITHUB_API_URL to https://api.github.com, or to https://HOST/api/v3 for GitHub Enterprise Server.",
  );
}
