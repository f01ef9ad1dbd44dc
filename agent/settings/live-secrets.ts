import type { Clock } from "../../shared/clock/clock.ts";
import type { ConfigProblem } from "../../shared/fleet/config-error.ts";
import type { Secret } from "../../shared/fleet/secret.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { LiveSecret } from "./live-secret.ts";
import type { SettingSource } from "./read-setting.ts";
import type { AgentSettings } from "./settings.ts";
import type { SecretName, SettingName } from "./settings-table.ts";

/** Read at the start alone: what uses them keeps what it was made with. */
type Unchanging = "HOOKLINE_NOTIFY" | "HOOKLINE_NOTIFY_SECRET";

export interface LiveSecretsOptions {
  readonly settings: AgentSettings;
  readonly source: SettingSource;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a daemon shows to GitHub, the edge and registries, and is shown, while it runs. What was not set at the start stays unset. */
export class LiveSecrets {
  readonly #secrets = new Map<SettingName, LiveSecret>();

  constructor({ settings, ...options }: LiveSecretsOptions) {
    const { github } = settings;
    const values: Readonly<Record<Exclude<SecretName, Unchanging>, Secret | null>> = {
      HOOKLINE_TOKEN: settings.token,
      HOOKLINE_TOKEN_PREVIOUS: settings.previousToken,
      HOOKLINE_READ_TOKEN: settings.readToken,
      HOOKLINE_READ_TOKEN_PREVIOUS: settings.previousReadToken,
      HOOKLINE_HTTP_TOKEN: settings.http.token,
      HOOKLINE_REGISTRY_AUTH: settings.registryAuth,
      HOOKLINE_HTTP_OPERATOR_TOKEN: settings.http.operatorToken,
      GITHUB_TOKEN: github?.kind === "token" ? github.token : null,
      GITHUB_APP_PRIVATE_KEY: github?.kind === "app" ? github.privateKey : null,
      GITHUB_WEBHOOK_SECRET: settings.webhookSecret,
      GITHUB_WEBHOOK_SECRET_PREVIOUS: settings.previousWebhookSecret,
    };
    for (const [name, value] of Object.entries(values) as [SettingName, Secret | null][]) {
      if (value !== null) this.#secrets.set(name, new LiveSecret({ ...options, name, value }));
    }
  }

  get(name: SettingName): LiveSecret | null {
    return this.#secrets.get(name) ?? null;
  }

  /** Reads every file anew, each by itself: which secrets are others now, and what cannot be used. Never throws. */
  readAnew(): { readonly changed: readonly SettingName[]; readonly problems: readonly ConfigProblem[] } {
    const changed: SettingName[] = [];
    const problems: ConfigProblem[] = [];
    for (const [name, secret] of this.#secrets) {
      const reading = secret.readAnew();
      if (reading === "changed") changed.push(name);
      else if (reading !== "same") problems.push(...reading.problems);
    }
    return { changed, problems };
  }
}
