import * as z from "zod/mini";
import { BACKLOG_SIGNALS, RETENTION_DAYS } from "../../shared/mailbox/mailbox-options.ts";
import { LOG_LEVELS } from "../../shared/log/logger.ts";
import {
  anySecret,
  byteSize,
  dockerAddress,
  headerSecret,
  hostNames,
  INSTANCE_NAME,
  listenAddress,
  noticeReceivers,
  noticeRules,
  quietHours,
  webhookKey,
  pemKey,
  numberWithin,
  positiveNumber,
  registryAuthText,
  timeZone,
  webAddress,
} from "./setting-rules.ts";

/** One environment variable of the agent. */
export interface Setting<Output = unknown> {
  /** What it is for, as one sentence without its name. */
  readonly description: string;
  /** The text that stands for an unset variable, or null where nothing does. */
  readonly fallback: string | null;
  /** Whether it holds a credential, which may then come from the file named in `…_FILE` as well. */
  readonly secret: boolean;
  readonly schema: z.ZodMiniType<Output, string>;
  /** Commands that cannot do without it. */
  readonly neededBy: readonly Command[];
}

/** Commands that need settings of their own. */
export type Command = "agent" | "autoscale-webhook" | "dead";

const plain = <Output>(description: string, schema: z.ZodMiniType<Output, string>, neededBy: readonly Command[] = []) =>
  ({ description, schema, fallback: null, secret: false, neededBy }) as const;

const preset = <Output>(description: string, schema: z.ZodMiniType<Output, string>, fallback: string) =>
  ({ description, schema, fallback, secret: false, neededBy: [] }) as const;

const credential = <Output>(
  description: string,
  schema: z.ZodMiniType<Output, string>,
  neededBy: readonly Command[] = [],
) => ({ description, schema, fallback: null, secret: true, neededBy }) as const;

const A_DAY_SECONDS = 86_400;
const A_DAY_MINUTES = 1440;
const path = z.string().check(z.refine((text) => !text.includes("\0"), { error: "must be a path" }));

/** Every variable that the agent reads: the one source of names, defaults, descriptions and rules. */
export const SETTINGS = {
  HOOKLINE_EDGE_URL: plain(
    "Address of the deployed Worker, or of the standalone receiver.",
    webAddress("https://hookline.my-name.workers.dev"),
    ["dead"],
  ),
  HOOKLINE_TOKEN: credential("Token with which the agent opens its link to the edge.", headerSecret, ["dead"]),
  HOOKLINE_TOKEN_PREVIOUS: credential("Token accepted beside the current one during a rotation.", headerSecret),
  HOOKLINE_READ_TOKEN: credential(
    "Token that opens /freshness and /healthz/deep of the standalone receiver, and nothing else: for monitors.",
    headerSecret,
  ),
  HOOKLINE_READ_TOKEN_PREVIOUS: credential("Reading token accepted beside it during a rotation.", headerSecret),
  GITHUB_TOKEN: credential("Personal access token that may manage self-hosted runners; or an App.", headerSecret, [
    "agent",
    "autoscale-webhook",
  ]),
  GITHUB_APP_ID: plain(
    "App id or client id of a GitHub App, in place of a token.",
    z
      .string()
      .check(
        z.regex(/^[A-Za-z0-9.]{1,64}$/, { error: "must be the App ID or Client ID from the App's settings page" }),
      ),
  ),
  GITHUB_APP_PRIVATE_KEY: credential("Private key of the GitHub App, as PEM.", pemKey),
  GITHUB_APP_INSTALLATION_ID: plain(
    "Installation of the GitHub App; looked up by owner where it is unset.",
    positiveNumber(Number.MAX_SAFE_INTEGER),
  ),
  GITHUB_WEBHOOK_SECRET: credential(
    "Secret of the webhook, for doctor's probe and the standalone receiver.",
    anySecret,
    ["autoscale-webhook"],
  ),
  GITHUB_WEBHOOK_SECRET_PREVIOUS: credential(
    "Webhook secret accepted beside the current one during a rotation.",
    anySecret,
  ),
  GITHUB_API_URL: preset(
    "Address of GitHub's REST API.",
    webAddress("https://github.example.com/api/v3"),
    "https://api.github.com",
  ),
  HOOKLINE_CONFIG: preset("The pools file.", path, "config/pools.yaml"),
  HOOKLINE_DATA: preset("Folder of the agent's journal.", path, "./data"),
  HOOKLINE_CALL: plain(
    "How a person calls Hookline here, for the commands that messages tell to type; the image sets it, a checkout knows it.",
    z
      .string()
      .check(z.regex(/^[\x20-\x7e]{1,200}$/, { error: "must be a command line of at most 200 printable characters" })),
  ),
  HOOKLINE_INSTANCE: plain(
    "Name of this agent on its containers and runners; where it is unset, the host's name with five letters, made at the first start and kept in HOOKLINE_DATA. Keep it: an agent tends only what carries its name.",
    z.string().check(
      z.regex(INSTANCE_NAME, {
        error: "must be 1 to 16 lower-case letters and digits, with single dashes between them",
      }),
    ),
  ),
  HOOKLINE_SWEEP_INTERVAL_SECONDS: preset(
    "Seconds between two sweeps of GitHub's REST API.",
    positiveNumber(A_DAY_SECONDS),
    "60",
  ),
  HOOKLINE_WAITING_TOO_LONG_MINUTES: preset(
    "Minutes after which the doctor warns of a job that waits for nothing but a place.",
    positiveNumber(A_DAY_MINUTES),
    "30",
  ),
  HOOKLINE_STALE_MINUTES: preset(
    "Minutes for which signals may wait, and the agent be away, before /healthz/deep of the standalone receiver says so.",
    positiveNumber(7 * 24 * 60),
    "15",
  ),
  HOOKLINE_RETENTION_DAYS: preset(
    "Days for which the standalone receiver remembers a delivery at least, and can replay it: 3 to 30.",
    numberWithin(RETENTION_DAYS),
    String(RETENTION_DAYS.usual),
  ),
  HOOKLINE_BACKLOG_SIGNALS: preset(
    "Signals that may wait in the standalone receiver before it gives them up and the agent sweeps: 1000 to 500000.",
    numberWithin(BACKLOG_SIGNALS),
    String(BACKLOG_SIGNALS.usual),
  ),
  HOOKLINE_MIN_FREE_DISK: preset(
    "Free disk below which no slot starts, measured where HOOKLINE_DATA lies; 0 never holds back.",
    byteSize,
    "1g",
  ),
  HOOKLINE_MIN_FREE_MEMORY: preset(
    "Available memory of this machine below which no slot starts; 0 never holds back.",
    byteSize,
    "256m",
  ),
  HOOKLINE_REGISTRY_AUTH: credential(
    "Credentials for private images, as the config.json that docker login writes.",
    registryAuthText,
  ),
  HOOKLINE_HTTP: plain(
    "Where the agent serves its page, API, metrics and health, as [HOST]:PORT; nothing is served where it is unset. Never the port of the webhook.",
    listenAddress,
  ),
  HOOKLINE_HTTP_TOKEN: credential("Token that opens what HOOKLINE_HTTP serves.", headerSecret),
  HOOKLINE_HTTP_OPERATOR_TOKEN: credential(
    "Token that lets its holder act by the page of HOOKLINE_HTTP: drain, pause, retire, put dead letters back, run the doctor. Without it the page only shows.",
    headerSecret,
  ),
  HOOKLINE_HTTP_READ: preset(
    "Who may read what HOOKLINE_HTTP serves: token, or open for everybody who reaches the port, names of private repositories included.",
    z.enum(["token", "open"], { error: "must be token or open" }) as z.ZodMiniType<"token" | "open", string>,
    "token",
  ),
  HOOKLINE_HTTP_HOSTS: plain(
    "Host names under which HOOKLINE_HTTP is asked, with commas between them; addresses and localhost need no word.",
    hostNames,
  ),
  HOOKLINE_NOTIFY: credential(
    "Where notices of trouble go, a line each: ntfy+https://…, apprise+, discord+, slack+ or webhook+; nothing is told where it is unset.",
    noticeReceivers,
  ),
  HOOKLINE_NOTIFY_SECRET: credential(
    "Key that webhooks of notices are signed with, as Standard Webhooks has it: whsec_….",
    webhookKey,
  ),
  HOOKLINE_NOTIFY_QUIET: plain("Hours in which nobody is told anything, in the zone of TZ: 22:00-07:00.", quietHours),
  HOOKLINE_NOTIFY_WITHOUT: plain(
    "Rules of which nothing is told, with commas between them; docs/notifications.md has them.",
    noticeRules,
  ),
  DOCKER_HOST: preset("The Docker Engine.", dockerAddress, "unix:///var/run/docker.sock"),
  LOG_LEVEL: preset(
    "Least severe record that is printed: error, warn, info or debug.",
    z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(", ")}` }) as z.ZodMiniType<
      (typeof LOG_LEVELS)[number],
      string
    >,
    "info",
  ),
  TZ: plain("Time zone of times shown to people; records are in UTC.", timeZone),
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;

/** Those that hold a credential. */
export type SecretName = {
  [Name in SettingName]: (typeof SETTINGS)[Name]["secret"] extends true ? Name : never;
}[SettingName];

export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(
  (name): name is SettingName => name in SETTINGS,
);

/** Variables whose value is a credential. */
export const SECRET_VARIABLES: ReadonlySet<string> = new Set(SETTING_NAMES.filter((name) => SETTINGS[name].secret));
