import { hostname } from "node:os";
import { resolve } from "node:path";
import type * as z from "zod/mini";
import { ConfigError } from "../../shared/fleet/config-error.ts";
import type { ConfigProblem } from "../../shared/fleet/config-error.ts";
import type { Secret } from "../../shared/fleet/secret.ts";
import { mailboxBounds, type MailboxBounds } from "../../shared/mailbox/mailbox-options.ts";
import type { LogLevel } from "../../shared/log/logger.ts";
import { PLAIN_CALL } from "../../shared/text/typed-here.ts";
import type { ListenAddress } from "../http/listen-address.ts";
import type { Environment } from "./environment.ts";
import { instanceOfHost } from "./instance-name.ts";
import { keptInstance } from "./kept-names.ts";
import type { NoticeRule } from "./notice-rules.ts";
import type { QuietHours } from "./quiet-hours.ts";
import type { ReceiverAddress } from "./receiver-address.ts";
import { notBegun } from "./nothing-set-up.ts";
import { ownProxy, type OwnProxy } from "./own-proxy.ts";
import { readSetting } from "./read-setting.ts";
import { SETTING_NAMES, type SETTINGS } from "./settings-table.ts";
import type { SettingName } from "./settings-table.ts";

/** How the agent proves itself to GitHub: a personal access token, or a GitHub App. */
export type GitHubCredentialSettings =
  | { readonly kind: "token"; readonly token: Secret }
  | {
      readonly kind: "app";
      /** App id or client id. */
      readonly appId: string;
      /** PEM, PKCS #1 or PKCS #8. */
      readonly privateKey: Secret;
      /** Null: to be looked up by owner. */
      readonly installationId: number | null;
    };

/** What the environment sets. What is null was not set; require-settings.ts asks for it. */
export interface AgentSettings {
  /** Address of the edge without a final slash. */
  readonly edgeUrl: string | null;
  readonly token: Secret | null;
  readonly previousToken: Secret | null;
  /** Opens what may be read of the standalone receiver. */
  readonly readToken: Secret | null;
  readonly previousReadToken: Secret | null;
  readonly github: GitHubCredentialSettings | null;
  /** Without a final slash. */
  readonly githubApiUrl: string;
  readonly webhookSecret: Secret | null;
  readonly previousWebhookSecret: Secret | null;
  /** Absolute path of the pools file. */
  readonly configFile: string;
  /** Absolute path. */
  readonly dataFolder: string;
  /** `[a-z0-9-]{1,16}`; on every container and runner of this agent. */
  readonly instance: string;
  /** Whether the operator named it; if not, the agent's start settles on it. */
  readonly instanceIsChosen: boolean;
  /** How a person calls Hookline where this process runs. */
  readonly call: string;
  readonly dockerHost: string;
  readonly minFreeDiskBytes: number;
  readonly minFreeMemoryBytes: number;
  /** Docker's config.json with credentials for private images. */
  readonly registryAuth: Secret | null;
  readonly logLevel: LogLevel;
  /** Null: the host's. */
  readonly timeZone: string | null;
  readonly sweepIntervalMs: number;
  /** By what the agent reaches the world; pools may hand it to their jobs. */
  readonly proxy: OwnProxy;
  readonly waitingTooLongMs: number;
  /** How long signals may wait and the agent may be away before the standalone receiver calls itself unwell. */
  readonly staleMs: number;
  /** What the standalone receiver's mailbox keeps. */
  readonly mailbox: Required<MailboxBounds>;
  readonly http: HttpSettings;
  readonly notices: NoticeSettings;
}

/** Whom to tell of trouble, and when not. */
export interface NoticeSettings {
  readonly receivers: readonly ReceiverAddress[];
  /** Key of Standard Webhooks. */
  readonly secret: Secret | null;
  readonly quiet: QuietHours | null;
  /** Rules of which nothing is told. */
  readonly without: readonly NoticeRule[];
}

/** What the agent serves over HTTP, and to whom. */
export interface HttpSettings {
  /** Null: nothing is served. */
  readonly listen: ListenAddress | null;
  readonly token: Secret | null;
  /** Its holder may act by the page; null: nobody may. */
  readonly operatorToken: Secret | null;
  /** `open`: whoever reaches the port may read. */
  readonly read: "token" | "open";
  /** In lower case. */
  readonly hosts: readonly string[];
}

export interface SettingsSource {
  readonly env: Environment;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** The host's name, from which an instance name is made; the system's where it is left out. */
  readonly hostName?: string;
  /** How it is called where HOOKLINE_CALL is unset. */
  readonly call?: string;
}

type Values = {
  readonly [Name in SettingName]:
    | z.output<(typeof SETTINGS)[Name]["schema"]>
    | ((typeof SETTINGS)[Name]["fallback"] extends null ? null : never);
};

/**
 * The agent's settings from its environment, each secret also from the file that `…_FILE` names.
 *
 * @throws {ConfigError} with one problem for each variable that cannot be used; no message holds a value
 */
export function readSettings({ env, cwd, hostName = hostname(), call = PLAIN_CALL }: SettingsSource): AgentSettings {
  const problems: ConfigProblem[] = [];
  const values = readValues(env, cwd, problems);
  const github = credentialOf(values, problems);
  const first = problems.length > 0 ? notBegun(env, cwd) : null;
  if (problems.length > 0) throw new ConfigError("the environment", [...(first === null ? [] : [first]), ...problems]);
  return {
    edgeUrl: values.HOOKLINE_EDGE_URL,
    token: values.HOOKLINE_TOKEN,
    previousToken: values.HOOKLINE_TOKEN_PREVIOUS,
    readToken: values.HOOKLINE_READ_TOKEN,
    previousReadToken: values.HOOKLINE_READ_TOKEN_PREVIOUS,
    github,
    githubApiUrl: values.GITHUB_API_URL,
    webhookSecret: values.GITHUB_WEBHOOK_SECRET,
    previousWebhookSecret: values.GITHUB_WEBHOOK_SECRET_PREVIOUS,
    configFile: resolve(cwd, values.HOOKLINE_CONFIG),
    dataFolder: resolve(cwd, values.HOOKLINE_DATA),
    instance: values.HOOKLINE_INSTANCE ?? keptInstance(resolve(cwd, values.HOOKLINE_DATA)) ?? instanceOfHost(hostName),
    instanceIsChosen: values.HOOKLINE_INSTANCE !== null,
    call: values.HOOKLINE_CALL ?? call,
    dockerHost: values.DOCKER_HOST,
    minFreeDiskBytes: values.HOOKLINE_MIN_FREE_DISK,
    minFreeMemoryBytes: values.HOOKLINE_MIN_FREE_MEMORY,
    registryAuth: values.HOOKLINE_REGISTRY_AUTH,
    logLevel: values.LOG_LEVEL,
    timeZone: values.TZ,
    sweepIntervalMs: values.HOOKLINE_SWEEP_INTERVAL_SECONDS * 1000,
    proxy: ownProxy(env),
    waitingTooLongMs: values.HOOKLINE_WAITING_TOO_LONG_MINUTES * 60_000,
    staleMs: values.HOOKLINE_STALE_MINUTES * 60_000,
    mailbox: mailboxBounds(values.HOOKLINE_RETENTION_DAYS, values.HOOKLINE_BACKLOG_SIGNALS),
    http: {
      listen: values.HOOKLINE_HTTP,
      token: values.HOOKLINE_HTTP_TOKEN,
      operatorToken: values.HOOKLINE_HTTP_OPERATOR_TOKEN,
      read: values.HOOKLINE_HTTP_READ,
      hosts: values.HOOKLINE_HTTP_HOSTS ?? [],
    },
    notices: {
      receivers: values.HOOKLINE_NOTIFY ?? [],
      secret: values.HOOKLINE_NOTIFY_SECRET,
      quiet: values.HOOKLINE_NOTIFY_QUIET,
      without: values.HOOKLINE_NOTIFY_WITHOUT ?? [],
    },
  };
}

function readValues(env: Environment, cwd: string, problems: ConfigProblem[]): Values {
  const values: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) values[name] = readValue(name, env, cwd, problems);
  return values as Values;
}

function readValue(name: SettingName, env: Environment, cwd: string, problems: ConfigProblem[]): unknown {
  const read = readSetting(name, { env, cwd });
  if ("problems" in read) problems.push(...read.problems);
  return "problems" in read ? null : read.value;
}

function credentialOf(values: Values, problems: ConfigProblem[]): GitHubCredentialSettings | null {
  const { GITHUB_TOKEN: token, GITHUB_APP_ID: appId, GITHUB_APP_PRIVATE_KEY: privateKey } = values;
  const broken = (name: string) => problems.some(({ path }) => path === name || path === `${name}_FILE`);
  const hasApp = appId !== null || privateKey !== null;
  if (token !== null && hasApp) {
    problems.push({ path: "GITHUB_TOKEN", message: "is set beside GITHUB_APP_…; keep the token or the App, not both" });
    return null;
  }
  if (token !== null) return { kind: "token", token };
  if (appId !== null && privateKey !== null) {
    return { kind: "app", appId, privateKey, installationId: values.GITHUB_APP_INSTALLATION_ID };
  }
  const missing = appId === null ? "GITHUB_APP_ID" : "GITHUB_APP_PRIVATE_KEY";
  if (hasApp && !broken(missing)) {
    problems.push({
      path: missing,
      message: "is missing; a GitHub App needs both GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY",
    });
  }
  return null;
}
