import { runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";

import { MailboxObject } from "../../worker/mailbox-object.ts";
import { mailboxStub } from "./test-agent.ts";

/** What the Worker and the runtime call of the object; each is billed as a request but for a socket's message. */
const CALLS = [
  "accept",
  "note",
  "fetch",
  "alarm",
  "freshness",
  "health",
  "deadLetters",
  "requeue",
  "replaySince",
  "replayGuid",
] as const;
type Call = (typeof CALLS)[number] | "webSocketMessage" | "webSocketClose";

/** What Cloudflare bills, summed over everything that happens from now on in this isolate. */
export class Meter {
  rowsRead = 0;
  rowsWritten = 0;
  requests = 0;
  socketMessages = 0;
  alarms = 0;
  #taken = 0;

  /** https://developers.cloudflare.com/durable-objects/platform/pricing/ : each setAlarm is one written row. */
  static async attach(): Promise<Meter> {
    // It counts whatever object there is; a second one would count by way of the first, and that by way of itself.
    const accept: unknown = Object.getOwnPropertyDescriptor(MailboxObject.prototype, "accept")?.value;
    if (vi.isMockFunction(accept)) throw new Error("A meter counts already in this test");
    const meter = new Meter();
    await runInDurableObject(mailboxStub(), (_, { storage }) => {
      const sql = Object.getPrototypeOf(storage.sql) as SqlStorage;
      const exec = Object.getOwnPropertyDescriptor(sql, "exec")?.value as SqlStorage["exec"];
      vi.spyOn(sql, "exec").mockImplementation(function counted(this: SqlStorage, query, ...values) {
        const cursor = exec.call(this, query, ...values);
        const read = cursor.toArray.bind(cursor);
        cursor.toArray = () => {
          const rows = read();
          meter.rowsRead += cursor.rowsRead;
          meter.rowsWritten += cursor.rowsWritten;
          return rows;
        };
        return cursor;
      });
      const kv = Object.getPrototypeOf(storage.kv) as DurableObjectStorage["kv"];
      const put = Object.getOwnPropertyDescriptor(kv, "put")?.value as typeof kv.put;
      vi.spyOn(kv, "put").mockImplementation(function counted(this: typeof kv, key, value) {
        meter.rowsWritten += 1;
        put.call(this, key, value);
      });
      const alarms = Object.getPrototypeOf(storage) as DurableObjectStorage;
      const setAlarm = Object.getOwnPropertyDescriptor(alarms, "setAlarm")?.value as DurableObjectStorage["setAlarm"];
      vi.spyOn(alarms, "setAlarm").mockImplementation(function counted(this: DurableObjectStorage, atMs) {
        meter.alarms += 1;
        meter.rowsWritten += 1;
        return setAlarm.call(this, atMs);
      });
    });
    for (const name of CALLS) meter.#count(name, () => (meter.requests += 1));
    meter.#count("webSocketMessage", () => (meter.socketMessages += 1));
    meter.#count("webSocketClose", () => {});
    return meter;
  }

  /** Resolves once the object has taken what `act` causes and does not wait for: a frame, the end of a socket, a note. */
  async taking(act: () => unknown): Promise<void> {
    const before = this.#taken;
    await act();
    while (this.#taken === before) await runInDurableObject(mailboxStub(), () => {});
  }

  #count(name: Call, seen: () => void): void {
    const taken = (): void => void (this.#taken += 1);
    const real = MailboxObject.prototype[name] as (...values: unknown[]) => unknown;
    vi.spyOn(MailboxObject.prototype, name).mockImplementation(function counted(
      this: MailboxObject,
      ...values: unknown[]
    ) {
      try {
        return real.apply(this, values) as never;
      } finally {
        seen();
        taken();
      }
    });
  }

  /** Twenty incoming socket messages are billed as one request. */
  get billedRequests(): number {
    return this.requests + this.socketMessages / 20;
  }
}
