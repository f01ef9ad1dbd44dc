import type { Fault } from "./faults.ts";

/** The body of an answer after the fault that befell it. `address` tells apart who asked for what. */
export function distort(body: unknown, fault: Fault | null, frozen: Map<string, unknown>, address: string): unknown {
  if (fault?.kind === "rewrite") return fault.rewrite(body);
  if (fault?.kind === "empty") return emptied(body);
  if (fault?.kind !== "frozen") return body;
  if (!frozen.has(address)) frozen.set(address, structuredClone(body));
  return frozen.get(address);
}

function emptied(body: unknown): unknown {
  if (Array.isArray(body)) return [];
  if (typeof body !== "object" || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      Array.isArray(value) ? [] : key === "total_count" ? 0 : (value as unknown),
    ]),
  );
}
