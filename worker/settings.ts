import * as z from "zod/mini";

import { UNWELL_AFTER_MS } from "../shared/edge/health.ts";
import { EDGE_RECEIVERS, readEdgeReceiver } from "../shared/edge/notice-receiver.ts";
import { LOG_LEVELS } from "../shared/log/logger.ts";
import { BACKLOG_SIGNALS, RETENTION_DAYS } from "../shared/mailbox/mailbox-options.ts";
import { FREE_PLAN } from "../shared/mailbox/usage.ts";
import { SIGNING_KEY } from "../shared/notices/signing-key.ts";

/** Where an object may be made: https://developers.cloudflare.com/durable-objects/reference/data-location/ */
const LOCATIONS = ["wnam", "enam", "sam", "weur", "eeur", "apac", "apac-ne", "apac-se", "oc", "afr", "me"] as const;

/** An empty value stands for a setting that is not there: .dev.vars files and the deploy button write it so. */
function optional<T extends z.ZodMiniType>(schema: T) {
  return z.pipe(
    z.transform((value: unknown) => (value === "" ? undefined : value)),
    z.optional(schema),
  );
}

const numberOf = (value: unknown) => (/^\d{1,16}$/.test(String(value)) ? Number(value) : Number.NaN);

/** A whole number; a value that is none, or is out of bounds, is ignored with a word on what it must be. */
function wholeNumber({
  least,
  most,
  usual,
}: {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}) {
  const error = `must be a whole number from ${least} to ${most}; ${usual} is used`;
  return z.pipe(
    z.transform((value: unknown) => (value === undefined || value === "" ? usual : numberOf(value))),
    z.int({ error }).check(z.gte(least, { error }), z.lte(most, { error })),
  );
}

/** Where notices go; the message must not hold the value, which is a credential. */
const receiver = optional(
  z.pipe(
    z.string(),
    z.transform((text, context) => {
      const read = readEdgeReceiver(text);
      if (read !== null) return read;
      const message = `must be ${EDGE_RECEIVERS.join(", ")} with +https://…, such as ntfy+https://ntfy.sh/MY-TOPIC; nobody is told`;
      context.issues.push({ code: "custom", message, input: null });
      return z.NEVER;
    }),
  ),
);

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const signingKey = optional(
  z.string().check(
    z.regex(SIGNING_KEY, {
      error: "must be whsec_ and 24 to 64 bytes in base64; webhooks go unsigned",
    }),
  ),
);

const secret = optional(z.string().check(z.minLength(8)));

const settingsSchema = z.object({
  GITHUB_WEBHOOK_SECRET: secret,
  GITHUB_WEBHOOK_SECRET_PREVIOUS: secret,
  HOOKLINE_TOKEN: secret,
  HOOKLINE_TOKEN_PREVIOUS: secret,
  HOOKLINE_READ_TOKEN: secret,
  HOOKLINE_READ_TOKEN_PREVIOUS: secret,
  HOOKLINE_FLEET: z._default(z.string().check(z.minLength(1)), "home"),
  HOOKLINE_LOCATION: optional(z.enum(LOCATIONS)),
  HOOKLINE_STALE_MINUTES: wholeNumber({ least: 1, most: 7 * 24 * 60, usual: UNWELL_AFTER_MS / 60_000 }),
  HOOKLINE_DAILY_ROWS: wholeNumber({ least: 0, most: 1e12, usual: FREE_PLAN.rowsWritten }),
  HOOKLINE_RETENTION_DAYS: wholeNumber(RETENTION_DAYS),
  HOOKLINE_BACKLOG_SIGNALS: wholeNumber(BACKLOG_SIGNALS),
  HOOKLINE_WATCHDOG: receiver,
  HOOKLINE_WATCHDOG_SECRET: signingKey,
  HOOKLINE_WATCHDOG_MINUTES: wholeNumber({ least: 1, most: 7 * 24 * 60, usual: 15 }),
  HOOKLINE_WATCHDOG_SILENCE_HOURS: wholeNumber({ least: 0, most: 14 * 24, usual: 0 }),
  LOG_LEVEL: z._default(z.enum(LOG_LEVELS), "info"),
});

export type Settings = z.infer<typeof settingsSchema>;

/**
 * The Worker's variables and secrets. A variable that does not fit counts as absent: the routes that need it then
 * refuse everything, which is safer than guessing, and say so in the log.
 */
export function readEdgeSettings(env: unknown): { readonly settings: Settings; readonly problems: readonly string[] } {
  const parsed = settingsSchema.safeParse(env);
  if (parsed.success) return { settings: parsed.data, problems: [] };
  const bad = new Set(parsed.error.issues.map((issue) => String(issue.path[0])));
  const kept = Object.fromEntries(Object.entries(env as Record<string, unknown>).filter(([name]) => !bad.has(name)));
  const problems = parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
  return { settings: settingsSchema.parse(kept), problems };
}
