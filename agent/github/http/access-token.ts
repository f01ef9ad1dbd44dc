import type { TokenHome } from "../model/delivery-log.ts";
import type { TokenReport } from "../model/types.ts";

/** A credential for one call, with the names that caches and limits are kept under. */
export interface AccessToken {
  readonly value: string;
  /** Changes with every new token, since GitHub's ETags do: https://github.com/github/docs/issues/34689 */
  readonly identity: string;
  /** Whose rate limit the call counts against. */
  readonly account: string;
  readonly kind: "token" | "installation" | "app";
}

/** Where the client gets the token for a call. */
export interface TokenSource {
  /** A token for the organization or repository, or what stands for the App itself. Throws GitHubError. */
  tokenFor(scope: TokenHome, signal: AbortSignal): Promise<AccessToken>;
  /**
   * Told when GitHub answered 401 to this token, so that it is not used again if there is another way. Whether the call
   * may be made once more, with the token that there is now.
   */
  refused(token: AccessToken): boolean;
  /** Asks GitHub who this is. Throws GitHubError. */
  report(signal: AbortSignal): Promise<TokenReport>;
}
