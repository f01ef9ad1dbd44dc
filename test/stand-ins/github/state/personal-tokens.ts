import type { Random } from "../../../../shared/clock/clock.ts";
import type { Ids } from "./ids.ts";
import type { Permissions } from "./model.ts";
import { letters } from "./random-text.ts";

export interface TokenOptions {
  /** Whose token it is; `octocat` unless said otherwise. */
  readonly login?: string;
  /** Makes it a fine-grained token that may do just this, as `{ actions: "read" }`. */
  readonly permissions?: Permissions;
  /** The scopes of a classic token; all that Hookline could need unless said otherwise. */
  readonly scopes?: readonly string[];
  /** The accounts whose things it may see; all unless said otherwise. */
  readonly owners?: readonly string[];
  /** When it ends, milliseconds since the epoch; never unless said otherwise. */
  readonly endsAtMs?: number;
}

export interface PersonalToken {
  readonly token: string;
  readonly login: string;
  readonly permissions: Permissions | null;
  readonly scopes: readonly string[];
  readonly owners: readonly string[] | null;
  readonly endsAtMs: number | null;
}

const ALL_SCOPES = ["repo", "admin:org", "admin:org_hook", "admin:repo_hook"];

/** Personal access tokens, classic and fine-grained. */
export class PersonalTokens {
  readonly #ids: Ids;
  readonly #random: Random;
  readonly #tokens = new Map<string, PersonalToken>();

  constructor(ids: Ids, random: Random) {
    this.#ids = ids;
    this.#random = random;
  }

  add(options: TokenOptions): PersonalToken {
    const fine = options.permissions !== undefined;
    const serial = this.#ids.take("token");
    const token = fine
      ? `github_pat_${letters(this.#random, 22, serial)}_${letters(this.#random, 59, serial)}`
      : `ghp_${letters(this.#random, 36, serial)}`;
    const made: PersonalToken = {
      token,
      login: options.login ?? "octocat",
      permissions: options.permissions ?? null,
      scopes: options.scopes ?? ALL_SCOPES,
      owners: options.owners?.map((owner) => owner.toLowerCase()) ?? null,
      endsAtMs: options.endsAtMs ?? null,
    };
    this.#tokens.set(token, made);
    return made;
  }

  get(token: string): PersonalToken | null {
    return this.#tokens.get(token) ?? null;
  }

  revoke(token: string): void {
    this.#tokens.delete(token);
  }
}
