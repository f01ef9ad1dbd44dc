import type { KeyObject } from "node:crypto";

import type { ChangingSecret } from "../../settings/changing-secret.ts";
import { readPrivateKey } from "./credential.ts";

/** The private key of a GitHub App; another one once it was replaced in its file. */
export class AppKey {
  readonly #pem: ChangingSecret;
  #held: { readonly pem: string; readonly key: KeyObject };

  /** Throws GitHubError `unauthorized` when it is none. */
  constructor(pem: ChangingSecret) {
    this.#pem = pem;
    this.#held = hold(pem.reveal());
  }

  /** Throws GitHubError `unauthorized` while the file holds what is no key. */
  current(): KeyObject {
    const pem = this.#pem.reveal();
    if (pem === this.#held.pem) return this.#held.key;
    try {
      this.#held = hold(pem);
    } catch (error) {
      // GitHub is never asked with it, so that nobody else would tell that it is of no use.
      if (!this.#pem.refused(pem)) throw error;
      this.#held = hold(this.#pem.reveal());
    }
    return this.#held.key;
  }

  /** Told that GitHub refused what `key` signed. Whether there is another one. */
  refused(key: KeyObject): boolean {
    return this.#held.key !== key || this.#pem.refused(this.#held.pem);
  }
}

function hold(pem: string): { readonly pem: string; readonly key: KeyObject } {
  return { pem, key: readPrivateKey(pem) };
}
