import { onTestFinished } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { LinkClient, type LinkOptions } from "../../../agent/link/link-client.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import type { Welcome } from "../../../shared/link/welcome.ts";
import { FakeDial, type FakeConnection } from "../../stand-ins/edge/fake-dial.ts";
import { welcomeFrame } from "../../stand-ins/edge/frames.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

/** A link client on a journal in memory, with a record of what it told the daemon. */
export function linkFixture(change: Partial<LinkOptions> & { readonly sql?: SqlDatabase } = {}) {
  const clock = new VirtualClock();
  const dial = new FakeDial();
  const journal = new Journal(change.sql ?? new NodeSql(":memory:"));
  const told: string[] = [];
  const captured = capturedLog();
  const client = new LinkClient({
    dial: dial.dial,
    journal,
    identity: { instance: "nas", boot: "boot-1", host: "nas.local" },
    routes: () => [{ owner: "acme", labels: ["self-hosted", "linux"] }],
    events: {
      welcomed: (welcome, behind) => told.push(`welcomed ${welcome.fence}${behind ? " behind" : ""}`),
      received: (signals, replay) =>
        told.push(`received ${signals.map(({ jobId }) => jobId - 1000).join(",")}${replay ? " replay" : ""}`),
      caughtUp: () => told.push("caught up"),
      down: ({ code }) => told.push(`down ${code}`),
    },
    clock,
    random: () => 0.5,
    log: captured.log,
    ...change,
  });
  onTestFinished(() => client.stop());
  /** Opens the newest connection and welcomes the agent on it. */
  const welcome = (with_: Partial<Welcome> = {}): FakeConnection => {
    const connection = dial.last;
    connection.open();
    connection.receive(welcomeFrame(with_));
    return connection;
  };
  return { clock, dial, journal, client, told, records: () => captured.records(), welcome };
}
