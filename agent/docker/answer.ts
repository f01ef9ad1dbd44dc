import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import { schemaMessagesInEnglish } from "../../shared/text/schema-messages.ts";
import { DockerError } from "./docker-error.ts";

schemaMessagesInEnglish();

/** More than any answer that is used needs; a list of a thousand containers is some 2 MB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Reads a body to its end. Throws DockerError `unexpected` beyond 32 MiB. */
export async function readAnswerBody(response: IncomingMessage, endpoint: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw unexpected(endpoint, `it is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Parses one JSON answer. Throws DockerError `unexpected` that names the endpoint and the field, never a value. */
export function parseEngineAnswer<T>(schema: z.core.$ZodType<T>, text: string, endpoint: string): T {
  const parsed = z.safeParse(schema, parseJson(text, endpoint));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.join(".");
  throw unexpected(endpoint, `${place}: ${issue?.message ?? "unknown shape"}`);
}

export function unexpected(endpoint: string, why: string): DockerError {
  return new DockerError(
    "unexpected",
    `${endpoint}: the answer is not what a Docker Engine sends: ${why}.`,
    "Check that DOCKER_HOST points at a Docker Engine (or its socket proxy) of API 1.41 or newer; if it does, report this.",
  );
}

/**
 * `timeNano` exceeds what a JSON number keeps exactly, so its digits are kept as text.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents
 */
function parseJson(text: string, endpoint: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown, context?: { readonly source?: string }) =>
      key === "timeNano" && typeof value === "number" ? (context?.source ?? String(value)) : value,
    );
  } catch {
    throw unexpected(endpoint, "it is not JSON");
  }
}
