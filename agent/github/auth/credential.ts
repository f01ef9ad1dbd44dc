import { createPrivateKey, type KeyObject } from "node:crypto";

import { unchanging, type ChangingSecret } from "../../settings/changing-secret.ts";
import { GitHubError } from "../model/types.ts";

/** A personal access token, or a GitHub App whose installations stand for organizations and accounts. */
export type GitHubCredential =
  | { readonly kind: "token"; readonly token: string | ChangingSecret }
  | {
      readonly kind: "app";
      /** The App's id, or its client id. */
      readonly appId: string | number;
      /** PEM text, PKCS#1 (as GitHub hands it out) or PKCS#8. */
      readonly privateKeyPem: string | ChangingSecret;
      /** Looked up by organization or repository when absent. */
      readonly installationId?: number | undefined;
    };

/** A credential's secret as one that may change, whichever way it was given. */
export function changing(secret: string | ChangingSecret): ChangingSecret {
  return typeof secret === "string" ? unchanging(secret) : secret;
}

/**
 * The token without surrounding white space. Throws GitHubError `unauthorized` when it is empty or could not
 * travel in a header; checked here because `fetch` would quote the value in its own error.
 */
export function readToken(token: string): string {
  const trimmed = token.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  const what = trimmed === "" ? "is empty" : "holds white space or characters that no token has";
  throw new GitHubError(
    "unauthorized",
    `The GitHub token ${what}.`,
    "Put the token alone, on one line, into GITHUB_TOKEN or the file it names.",
  );
}

/** Reads an App's RSA key. Throws GitHubError `unauthorized`, without a word of the key, when it is none. */
export function readPrivateKey(pem: string): KeyObject {
  const refuse = (what: string): GitHubError =>
    new GitHubError(
      "unauthorized",
      `The GitHub App's private key ${what}.`,
      "Put the whole .pem file that GitHub handed out, line breaks included, into GITHUB_APP_PRIVATE_KEY or the file it names.",
    );
  let key: KeyObject;
  try {
    // One-line settings files carry the line breaks as the two characters \n.
    key = createPrivateKey(pem.includes("\n") ? pem : pem.replaceAll("\\n", "\n"));
  } catch {
    throw refuse("is no readable PEM private key");
  }
  if (key.asymmetricKeyType !== "rsa") throw refuse("is no RSA key");
  return key;
}
