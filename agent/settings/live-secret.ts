import type { Clock } from "../../shared/clock/clock.ts";
import { describeProblem, type ConfigProblem } from "../../shared/fleet/config-error.ts";
import { Secret } from "../../shared/fleet/secret.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import type { ChangingSecret } from "./changing-secret.ts";
import { fileState } from "./file-state.ts";
import { readSetting, type SettingSource } from "./read-setting.ts";
import { secretFile } from "./setting-text.ts";
import type { SettingName } from "./settings-table.ts";

/** A file that looks as it did is read again after this time all the same: some file systems tell late of a change. */
const READ_AGAIN_MS = 5000;

export interface LiveSecretOptions {
  readonly name: SettingName;
  /** As it was read at the start. */
  readonly value: Secret;
  readonly source: SettingSource;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What became of reading a secret's file: another secret, the same, or a file that cannot be used. */
export type SecretReading = "changed" | "same" | { readonly problems: readonly ConfigProblem[] };

/**
 * One secret of the environment while the daemon runs. What stands in a file is read anew when the other side refuses
 * it: at most once for each refusal, and a file that nobody touched not more often than every five seconds. A file that
 * cannot be used is told, once, and the secret of before goes on.
 */
export class LiveSecret implements ChangingSecret {
  readonly name: SettingName;
  readonly #options: LiveSecretOptions;
  readonly #file: string | null;
  readonly #said: SayOnce;
  #value: Secret;
  #seen: string | null;
  #readAtMs: number;

  constructor(options: LiveSecretOptions) {
    const { name, value, source, clock, log } = options;
    this.#options = options;
    this.name = name;
    this.#value = value;
    this.#file = secretFile(name, source.env, source.cwd);
    this.#said = new SayOnce(log);
    this.#seen = this.#look();
    this.#readAtMs = clock.monotonicMs();
  }

  reveal(): string {
    return this.#value.reveal();
  }

  refused(used: string): boolean {
    if (this.#value.reveal() !== used) return true;
    if (this.#file === null) return false;
    const isRecent = this.#options.clock.monotonicMs() - this.#readAtMs < READ_AGAIN_MS;
    if (isRecent && this.#look() === this.#seen) return false;
    return this.readAnew() === "changed";
  }

  /** Reads the file now; a secret that stands in no file stays the same. Never throws. */
  readAnew(): SecretReading {
    const { name, source, clock, log } = this.#options;
    if (this.#file === null) return "same";
    this.#seen = this.#look();
    this.#readAtMs = clock.monotonicMs();
    const read = readSetting(name, source);
    if ("problems" in read || !(read.value instanceof Secret)) return this.#unusable("problems" in read ? read : null);
    this.#said.over("file");
    if (read.value.reveal() === this.#value.reveal()) return "same";
    this.#value = read.value;
    log.info("secret read anew", { setting: `${name}_FILE`, file: this.#file });
    return "changed";
  }

  #unusable(read: { readonly problems: readonly ConfigProblem[] } | null): SecretReading {
    const problems = read?.problems ?? [{ path: `${this.#options.name}_FILE`, message: "holds no secret" }];
    const reason = problems.map((problem) => describeProblem("environment", problem)).join("; ");
    this.#said.say("error", "file", "secret not read anew; the one of before goes on", { reason });
    return { problems };
  }

  #look(): string | null {
    return this.#file === null ? null : fileState(this.#file);
  }
}
