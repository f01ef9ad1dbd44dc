import type * as z from "zod/mini";

import { downSchema, type Down } from "./down.ts";
import { MAX_FRAME_BYTES } from "./protocol.ts";
import { upSchema, type Up } from "./up.ts";

export type Read<T> =
  | { readonly kind: "frame"; readonly frame: T }
  /** A type that this version does not know; newer peers may send it, and it is passed over. */
  | { readonly kind: "unknown"; readonly type: string }
  | { readonly kind: "bad"; readonly problem: string };

export function encode(frame: Up | Down): string {
  return JSON.stringify(frame);
}

/** Reads a frame of the agent. Never throws. */
export function readUp(data: unknown): Read<Up> {
  return read(data, upSchema, ["hello", "ack", "nack", "report", "probe", "routes"]);
}

/** Reads a frame of the edge. Never throws. */
export function readDown(data: unknown): Read<Down> {
  return read(data, downSchema, ["welcome", "batch", "probed", "nacked", "bye"]);
}

function read<T>(data: unknown, schema: z.ZodMiniType<T>, types: readonly string[]): Read<T> {
  if (typeof data !== "string") return { kind: "bad", problem: "frames are text" };
  if (data.length > MAX_FRAME_BYTES) return { kind: "bad", problem: `frame larger than ${MAX_FRAME_BYTES} bytes` };
  const value = parseJson(data);
  if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") {
    return { kind: "bad", problem: "no JSON object with a type" };
  }
  if (!types.includes(value.type)) return { kind: "unknown", type: value.type.slice(0, 32) };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: "frame", frame: parsed.data };
  const issue = parsed.error.issues[0];
  return { kind: "bad", problem: `${value.type}.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
