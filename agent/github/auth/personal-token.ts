import type { ChangingSecret } from "../../settings/changing-secret.ts";
import type { AccessToken, TokenSource } from "../http/access-token.ts";
import { user } from "../model/answers.ts";
import type { Api } from "../http/api.ts";
import { parseAnswer } from "../http/parse-answer.ts";
import { readRateLimit } from "../http/rate-limit.ts";
import type { TokenReport } from "../model/types.ts";
import type { HttpCall } from "../http/wire.ts";
import { readToken } from "./credential.ts";

/** The one token of a person, whatever the call; another one once it was replaced in its file. */
export class PersonalToken implements TokenSource {
  readonly #api: Api;
  readonly #secret: ChangingSecret;
  #held: { readonly secret: string; readonly token: AccessToken };
  #replaced = 0;

  /** Throws GitHubError `unauthorized` when it cannot be a token. */
  constructor(api: Api, secret: ChangingSecret) {
    this.#api = api;
    this.#secret = secret;
    this.#held = this.#hold(secret.reveal(), "token");
  }

  tokenFor(): Promise<AccessToken> {
    return Promise.resolve(this.#token());
  }

  refused({ value }: AccessToken): boolean {
    return this.#token().value !== value || (this.#secret.refused(this.#held.secret) && this.#token().value !== value);
  }

  /** https://docs.github.com/en/rest/users/users#get-the-authenticated-user */
  async report(signal: AbortSignal): Promise<TokenReport> {
    const call: HttpCall = { method: "GET", url: this.#api.urlOf("/user"), bearer: this.#token().value };
    const answer = await this.#api.retried(call, "token", signal);
    const { login } = parseAnswer(call, answer, user, this.#api.redactor);
    return { subject: login, rateLimit: readRateLimit(answer.headers) };
  }

  #token(): AccessToken {
    const secret = this.#secret.reveal();
    if (secret !== this.#held.secret) this.#held = this.#hold(secret, `token:${++this.#replaced}`);
    return this.#held.token;
  }

  #hold(secret: string, identity: string): { readonly secret: string; readonly token: AccessToken } {
    const value = readToken(secret);
    this.#api.redactor.remember(value);
    return { secret, token: { value, identity, account: identity, kind: "token" } };
  }
}
