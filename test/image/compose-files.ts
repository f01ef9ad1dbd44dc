import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";
import * as z from "zod";

export const root = join(import.meta.dirname, "../..");
export const FILES = ["compose.yaml", "compose.socket-proxy.yaml"] as const;

const serviceSchema = z.looseObject({
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.nullable(z.string())).optional(),
  env_file: z.undefined().optional(),
  logging: z.undefined().optional(),
  ports: z.undefined().optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  mem_limit: z.string(),
  volumes: z.array(z.string()),
});
/** What every compose file that is shipped holds to. */
export const fileSchema = z.looseObject({ services: z.record(z.string(), serviceSchema) });

export function composeFile(name: string) {
  return fileSchema.parse(parse(readFileSync(join(root, "config", name), "utf8")));
}
