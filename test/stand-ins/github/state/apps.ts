import type { Clock, Random } from "../../../../shared/clock/clock.ts";
import type { Ids } from "./ids.ts";
import type { Account, App, Installation, Permissions, Repository } from "./model.ts";
import { letters } from "./random-text.ts";

const TOKEN_LIFE_MS = 60 * 60_000;

export interface InstallationToken {
  readonly token: string;
  readonly installation: Installation;
  readonly permissions: Permissions;
  readonly expiresAtMs: number;
}

export type NewApp = Pick<App, "name" | "publicKey" | "owner" | "permissions" | "events">;

/** GitHub Apps, where they are installed, and the tokens of these installations. */
export class Apps {
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #apps = new Map<number, App>();
  readonly #installations = new Map<number, Installation>();
  readonly #tokens = new Map<string, InstallationToken>();

  constructor(ids: Ids, clock: Clock, random: Random) {
    this.#ids = ids;
    this.#clock = clock;
    this.#random = random;
  }

  add(options: NewApp): App {
    const id = this.#ids.take("app");
    const app: App = {
      ...options,
      id,
      slug: options.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
      clientId: `Iv23li${letters(this.#random, 14, id)}`,
      createdAtMs: this.#clock.now(),
    };
    this.#apps.set(app.id, app);
    return app;
  }

  /** By its id or its client id, either of which a JWT may name. */
  find(issuer: string): App | null {
    return [...this.#apps.values()].find((app) => String(app.id) === issuer || app.clientId === issuer) ?? null;
  }

  get(id: number): App | null {
    return this.#apps.get(id) ?? null;
  }

  install(app: App, account: Account, repositories: readonly string[] | null, permissions: Permissions): Installation {
    const installation: Installation = {
      id: this.#ids.take("installation"),
      appId: app.id,
      account,
      repositories,
      permissions,
      createdAtMs: this.#clock.now(),
    };
    this.#installations.set(installation.id, installation);
    return installation;
  }

  installation(id: number): Installation | null {
    return this.#installations.get(id) ?? null;
  }

  installationsOf(appId: number): readonly Installation[] {
    return [...this.#installations.values()].filter((each) => each.appId === appId);
  }

  /** The App's installation that covers the repository. */
  installationFor(appId: number, repository: Repository): Installation | null {
    return this.installationsOf(appId).find((each) => covers(each, repository)) ?? null;
  }

  /** Takes the App away from the account; its tokens end with that. */
  uninstall(id: number): void {
    this.#installations.delete(id);
    for (const [token, held] of this.#tokens) if (held.installation.id === id) this.#tokens.delete(token);
  }

  createToken(installation: Installation, permissions: Permissions): InstallationToken {
    const token = `ghs_${letters(this.#random, 36, this.#ids.take("token"))}`;
    const expiresAtMs = this.#clock.now() + TOKEN_LIFE_MS;
    const made = { token, installation, permissions, expiresAtMs };
    this.#tokens.set(token, made);
    return made;
  }

  /** Null when it never was, or has expired. */
  token(token: string): InstallationToken | null {
    const found = this.#tokens.get(token);
    return found !== undefined && found.expiresAtMs > this.#clock.now() ? found : null;
  }

  /** Ends every token at once, as a suspended App's are. */
  revokeTokens(): void {
    this.#tokens.clear();
  }
}

export function covers(installation: Installation, repository: Repository): boolean {
  if (installation.account !== repository.owner) return false;
  const { repositories } = installation;
  return repositories === null || repositories.some((name) => name.toLowerCase() === repository.fullName.toLowerCase());
}
