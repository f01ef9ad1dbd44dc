import type { AccessToken, TokenSource } from "../http/access-token.ts";
import { user } from "../model/answers.ts";
import type { Api } from "../http/api.ts";
import { parseAnswer } from "../http/parse-answer.ts";
import { readRateLimit } from "../http/rate-limit.ts";
import type { TokenReport } from "../model/types.ts";
import type { HttpCall } from "../http/wire.ts";

/** The one token of a person, whatever the call. */
export class PersonalToken implements TokenSource {
  readonly #api: Api;
  readonly #token: AccessToken;

  constructor(api: Api, token: string) {
    api.redactor.remember(token);
    this.#api = api;
    this.#token = { value: token, identity: "token", account: "token", kind: "token" };
  }

  tokenFor(): Promise<AccessToken> {
    return Promise.resolve(this.#token);
  }

  refused(): void {}

  /** https://docs.github.com/en/rest/users/users#get-the-authenticated-user */
  async report(signal: AbortSignal): Promise<TokenReport> {
    const call: HttpCall = { method: "GET", url: this.#api.urlOf("/user"), bearer: this.#token.value };
    const answer = await this.#api.retried(call, "token", signal);
    const { login } = parseAnswer(call, answer, user, this.#api.redactor);
    return { subject: login, rateLimit: readRateLimit(answer.headers) };
  }
}
