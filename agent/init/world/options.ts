import { parseArgs } from "node:util";

import * as z from "zod";

import { InitError } from "./init-error.ts";

const FLAGS = {
  organization: { type: "string" },
  repository: { type: "string", multiple: true },
  app: { type: "boolean" },
  labels: { type: "string" },
  name: { type: "string" },
  environment: { type: "string" },
  account: { type: "string" },
  url: { type: "string" },
  folder: { type: "string" },
  wrangler: { type: "string" },
  port: { type: "string" },
  "dry-run": { type: "boolean" },
  remove: { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  force: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const name = (what: string) => z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: `must be ${what}` });

const schema = z.object({
  organization: name("the name of an organization on GitHub").optional(),
  repository: z
    .array(z.string().regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/, { error: "must be a repository as owner/name" }))
    .optional(),
  app: z.boolean().default(false),
  labels: z
    .string()
    .regex(/^[\w.-]+(?:,[\w.-]+)*$/, { error: "must be labels with commas between them" })
    .optional(),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,53}$/, { error: "must be the name of a Worker: lower-case letters, digits, dashes" })
    .optional(),
  environment: name("the name of an environment in wrangler.toml").optional(),
  account: z
    .string()
    .regex(/^[0-9a-f]{32}$/, {
      error: "must be the id of a Cloudflare account, 32 hex digits; wrangler whoami lists them",
    })
    .optional(),
  url: z.url({ protocol: /^https?$/, error: "must be the address of the Worker, https://…" }).optional(),
  folder: z.string().min(1).default("config"),
  wrangler: z.string().min(1).optional(),
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  "dry-run": z.boolean().default(false),
  remove: z.boolean().default(false),
  yes: z.boolean().default(false),
  force: z.boolean().default(false),
  json: z.boolean().default(false),
  help: z.boolean().default(false),
});

/** The command line of `hookline init`, as it was given. */
export type InitOptions = z.infer<typeof schema>;

/** @throws {InitError} `usage` for an option that is unknown or cannot be meant */
export function parseOptions(args: readonly string[]): InitOptions {
  const remedy = "See hookline init --help";
  let values: unknown;
  try {
    ({ values } = parseArgs({ args: [...args], options: FLAGS }));
  } catch (error) {
    throw new InitError("usage", error instanceof Error ? (error.message.split(". ")[0] ?? "") : "usage", remedy);
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `--${String(path[0])} ${message}`);
    throw new InitError("usage", `${problems.join("; ")}.`, remedy);
  }
  if (parsed.data.organization !== undefined && parsed.data.repository !== undefined) {
    throw new InitError("usage", "--organization and --repository exclude each other.", remedy);
  }
  return parsed.data;
}
