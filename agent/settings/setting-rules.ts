import * as z from "zod/mini";
import { memoryBytes } from "../../shared/fleet/memory-size.ts";
import { Secret } from "../../shared/fleet/secret.ts";
import { SIGNING_KEY } from "../../shared/notices/signing-key.ts";
import { NOTICE_RULES, type NoticeRule } from "./notice-rules.ts";
import { readQuietHours, type QuietHours } from "./quiet-hours.ts";
import { readReceiver, RECEIVER_KINDS, type ReceiverAddress } from "./receiver-address.ts";
import { parseDockerHost } from "../docker/docker-host.ts";
import { parseRegistryAuth } from "../docker/registry-auth.ts";
import { readListenAddress, type ListenAddress } from "../http/listen-address.ts";

/** The name that an agent goes by, from host name or setting. */
export const INSTANCE_NAME = /^(?=.{1,16}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** An address over TLS, or over plain HTTP to this machine, where no credential leaves it. */
export function webAddress(example: string) {
  const error = `must be an https:// address without user, query and fragment, such as ${example}; http:// only for this machine`;
  return z.pipe(
    z.string().check(z.refine(isSafeAddress, { error })),
    z.transform((text) => new URL(text).href.replace(/\/+$/, "")),
  );
}

function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** A credential that goes into an HTTP header: visible ASCII without spaces. */
export const headerSecret = z.pipe(
  z.string().check(
    z.regex(/^[\x21-\x7e]+$/, {
      error: "must be one line without spaces; copy it once more, without quotes around it",
    }),
  ),
  z.transform((text) => new Secret(text)),
);

export const anySecret = z.pipe(
  z.string(),
  z.transform((text) => new Secret(text)),
);

/** A PEM key; `\n` written as two characters, as one-line environment files have it, counts as a line break. */
export const pemKey = z.pipe(
  z
    .pipe(
      z.string(),
      z.transform((text) => text.replaceAll("\\n", "\n").trim()),
    )
    .check(
      z.refine(
        (text) =>
          /^-----BEGIN (?:RSA )?PRIVATE KEY-----\n[\s\S]+\n-----END (?:RSA )?PRIVATE KEY-----$/.test(
            text.replaceAll("\r", ""),
          ),
        {
          error:
            "must be the private key that GitHub gave for the App, from -----BEGIN to the end of its last line; GITHUB_APP_PRIVATE_KEY_FILE takes the .pem file as it is",
        },
      ),
    ),
  z.transform((text) => new Secret(`${text}\n`)),
);

/** Kept as text: the Docker client reads it by the same rule. */
export const dockerAddress = z.string().check(
  z.refine(isDockerAddress, {
    error: "must be unix:///path/to/docker.sock or tcp://host:port; for another host forward its socket with ssh -L",
  }),
);

function isDockerAddress(text: string): boolean {
  try {
    parseDockerHost(text);
    return true;
  } catch {
    return false;
  }
}

export const timeZone = z
  .string()
  .check(z.refine(isTimeZone, { error: "must be the name of a time zone, such as Europe/Berlin" }));

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Bytes, written as `docker run --memory` takes them. */
export const byteSize = z.pipe(
  z
    .string()
    .check(z.refine((text) => memoryBytes(text) !== null, { error: "must be a size such as 512m or 2g, or 0" })),
  z.transform((text) => memoryBytes(text) ?? 0),
);

export const registryAuthText = z.pipe(
  z.string().check(
    z.refine(isRegistryAuth, {
      error: 'must be JSON such as {"auths":{"ghcr.io":{"auth":"…"}}}, as docker login writes it',
    }),
  ),
  z.transform((text) => new Secret(text)),
);

function isRegistryAuth(text: string): boolean {
  try {
    parseRegistryAuth(text);
    return true;
  } catch {
    return false;
  }
}

/** A whole number of at least 1, written in digits. */
export const positiveNumber = (most: number) => numberWithin({ least: 1, most });

/** A whole number within bounds, written in digits. */
export function numberWithin({ least, most }: { readonly least: number; readonly most: number }) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z
    .pipe(z.string().check(z.regex(/^\d{1,16}$/, { error })), z.transform(Number))
    .check(z.refine((value) => value >= least && value <= most, { error }));
}

/** Where this process listens. */
export const listenAddress = z.pipe(
  z.string(),
  z.transform((text, context): ListenAddress => {
    const address = readListenAddress(text);
    if (address !== null) return address;
    return refuse(context, "must be [HOST]:PORT, such as :8124, 127.0.0.1:8124 or [::1]:8124");
  }),
);

/** Receivers of notices, a line each or with spaces between them. */
export const noticeReceivers = z.pipe(
  z.string(),
  z.transform((text, context): readonly ReceiverAddress[] => {
    const read = text.trim().split(/\s+/).map(readReceiver);
    const receivers = read.filter((receiver) => receiver !== null);
    if (receivers.length === read.length) return receivers;
    return refuse(
      context,
      `must be ${RECEIVER_KINDS.join(", ")} each with +https://…, such as ntfy+https://ntfy.sh/MY-TOPIC`,
    );
  }),
);

/** The key of Standard Webhooks. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
export const webhookKey = z.pipe(
  z.string().check(
    z.regex(SIGNING_KEY, {
      error: "must be whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)",
    }),
  ),
  z.transform((text) => new Secret(text)),
);

export const quietHours = z.pipe(
  z.string(),
  z.transform((text, context): QuietHours => {
    const hours = readQuietHours(text);
    if (hours !== null) return hours;
    return refuse(context, "must be HH:MM-HH:MM, such as 22:00-07:00");
  }),
);

/** Rules of notices with commas between them. */
export const noticeRules = z.pipe(
  z.string(),
  z.transform((text, context): readonly NoticeRule[] => {
    const named = text.split(",").map((name) => name.trim());
    const rules = NOTICE_RULES.filter((rule) => named.includes(rule));
    if (named.every((name) => rules.some((rule) => rule === name))) return rules;
    return refuse(context, `must be some of ${NOTICE_RULES.join(", ")}, with commas between them`);
  }),
);

/** Names of hosts with commas between them, in lower case. */
export const hostNames = z.pipe(
  z.string().check(
    z.regex(/^\s*[\w.-]+(?:\s*,\s*[\w.-]+)*\s*$/, {
      error: "must be host names with commas between them, such as nas.home,nas; no scheme and no port",
    }),
  ),
  z.transform((text): readonly string[] => text.split(",").map((name) => name.trim().toLowerCase())),
);

/** What zod's own addIssue does, which its small form has not. The text that was set may be a secret, so it stays out. */
function refuse({ issues }: z.core.ParsePayload, message: string): never {
  issues.push({ code: "custom", message, input: null });
  return z.NEVER;
}
