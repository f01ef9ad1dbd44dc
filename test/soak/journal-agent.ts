import { join } from "node:path";

import { systemClock } from "../../agent/clock/system-clock.ts";
import { Journal } from "../../agent/journal/journal.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import type { Dial } from "../../agent/link/dial.ts";
import { LinkClient } from "../../agent/link/link-client.ts";
import { websocketDial } from "../../agent/link/websocket-dial.ts";
import { silentLogger } from "../../shared/log/logger.ts";

export interface JournalAgentOptions {
  readonly edgeUrl: string;
  readonly token: string;
  /** Where its journal is. */
  readonly folder: string;
  readonly boot: string;
  /** Looks at frames in passing: `down` what the edge sent, `up` what the agent sent. */
  readonly watch?: { readonly down?: (frame: string) => void; readonly up?: (frame: string) => void };
}

/** The real link client on the real journal, without slots: what it takes is on disk, and that is all. */
export class JournalAgent {
  readonly #sql: NodeSql;
  readonly #client: LinkClient;
  readonly fresh: string[] = [];
  /** Times it was welcomed. */
  welcomes = 0;

  constructor(options: JournalAgentOptions) {
    this.#sql = new NodeSql(join(options.folder, "journal.db"));
    this.#client = new LinkClient({
      dial: watched(websocketDial(options.edgeUrl, options.token), options.watch ?? {}),
      journal: new Journal(this.#sql),
      identity: { instance: "nas", boot: options.boot, host: "nas.local" },
      routes: () => [{ owner: "acme", labels: ["self-hosted", "linux"] }],
      events: {
        welcomed: () => (this.welcomes += 1),
        received: (signals) => void this.fresh.push(...signals.map((signal) => signal.guid)),
        caughtUp: () => {},
        down: () => {},
      },
      clock: systemClock,
      // A tenth of the usual wait: a run shall not spend its time between two connections.
      random: () => Math.random() / 10,
      log: silentLogger,
    });
  }

  start(): void {
    this.#client.start();
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  stop(): void {
    this.#client.stop();
    this.#sql.close();
  }
}

/** GUIDs of a journal, in the order in which they came. */
export function journaled(folder: string): readonly string[] {
  const sql = new NodeSql(join(folder, "journal.db"));
  try {
    return sql.exec("SELECT guid FROM signals ORDER BY rowid").map((row) => String(row["guid"]));
  } finally {
    sql.close();
  }
}

function watched(dial: Dial, watch: NonNullable<JournalAgentOptions["watch"]>): Dial {
  return (events) => {
    const connection = dial({
      ...events,
      opened: () => events.opened(),
      closed: (ending) => events.closed(ending),
      received: (data, more) => {
        if (typeof data === "string") watch.down?.(data);
        events.received(data, more);
      },
    });
    return {
      send: (text) => {
        watch.up?.(text);
        connection.send(text);
      },
      terminate: () => connection.terminate(),
    };
  };
}
