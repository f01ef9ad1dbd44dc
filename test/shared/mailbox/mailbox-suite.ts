import { describe, expect, test } from "vitest";

import { storedFreshness } from "../../../shared/mailbox/freshness.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { RETENTION_MS, type MailboxOptions } from "../../../shared/mailbox/mailbox-options.ts";
import { openJobs } from "../../../shared/mailbox/open-jobs.ts";
import { Tally } from "../../../shared/mailbox/tally.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { guid, queuedSignal, T0 } from "../../samples/signal.ts";
import { boundChecks } from "./bound-checks.ts";
import { mailboxProperty } from "./mailbox-property.ts";
import { replayChecks } from "./replay-checks.ts";

/** Databases of one engine for one test. */
export interface Databases {
  /** A new, empty database. */
  fresh(): SqlDatabase;
  /** The last one again, as a restarted process finds it. */
  reopen(): SqlDatabase;
}

/** Declares a test on a fresh mailbox. */
export type Check = (name: string, work: (mailbox: Mailbox, sql: SqlDatabase, databases: Databases) => void) => void;

/** Runs `work` with databases of an engine and cleans up after it. */
export type WithDatabases = (work: (databases: Databases) => void) => Promise<void>;

const ALL = 1000;

/** What a mailbox promises, whatever engine it stands on. */
export function describeMailbox(engine: string, withDatabases: WithDatabases): void {
  const check: Check = (name, work) => {
    test(name, () =>
      withDatabases((databases) => {
        const sql = databases.fresh();
        work(open(sql), sql, databases);
      }),
    );
  };

  describe(`mailbox on ${engine}`, () => {
    check("promise 2: one GUID gets one sequence number, however often it comes", (mailbox) => {
      expect(mailbox.accept(queuedSignal(1))).toEqual({ kind: "stored", seq: 1 });
      expect(mailbox.accept(queuedSignal(2))).toEqual({ kind: "stored", seq: 2 });
      expect(mailbox.accept(queuedSignal(1, { receivedAtMs: T0 + 99 }))).toEqual({ kind: "duplicate", seq: 1 });
      expect(mailbox.head()).toBe(2);
    });

    check("signals come back as they were, in order, as many as asked for", (mailbox) => {
      const signals = [1, 2, 3].map((n) => queuedSignal(n, { jobName: "bücher ✓ \u0000 'quoted'" }));
      for (const signal of signals) mailbox.accept(signal);
      expect(mailbox.after(0, ALL)).toEqual(signals.map((signal, index) => ({ seq: index + 1, signal })));
      expect(seqs(mailbox.after(1, 1))).toEqual([2]);
      expect(mailbox.after(3, ALL)).toEqual([]);
    });

    check("an acknowledgement is cumulative and never goes back", (mailbox) => {
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
      mailbox.acknowledge(2, T0 + 10);
      mailbox.acknowledge(1, T0 + 20);
      expect([mailbox.acked(), mailbox.unacked()]).toEqual([2, 1]);
      mailbox.acknowledge(4, T0 + 30);
      expect(mailbox.acked()).toBe(2);
      mailbox.acknowledge(3, T0 + 40);
      expect([mailbox.acked(), mailbox.unacked()]).toEqual([3, 0]);
    });

    check("an acknowledged signal's GUID stays taken", (mailbox) => {
      mailbox.accept(queuedSignal(1));
      mailbox.acknowledge(1, T0);
      expect(mailbox.accept(queuedSignal(1))).toEqual({ kind: "duplicate", seq: 1 });
    });

    check("the sequence goes on after everything was acknowledged and forgotten", (mailbox) => {
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
      mailbox.acknowledge(3, T0);
      for (const weeks of [10, 20, 30]) mailbox.prune(T0 + weeks * RETENTION_MS);
      expect(mailbox.accept(queuedSignal(4))).toEqual({ kind: "stored", seq: 4 });
    });

    check(
      "a GUID is remembered for the retention at least, then forgotten, unacknowledged signals never",
      (mailbox) => {
        for (const n of [1, 2]) mailbox.accept(queuedSignal(n, { receivedAtMs: T0 }));
        mailbox.acknowledge(1, T0);
        mailbox.prune(T0 + RETENTION_MS);
        mailbox.accept(queuedSignal(3, { receivedAtMs: T0 + RETENTION_MS }));
        mailbox.prune(T0 + 3 * RETENTION_MS);
        expect(seqs(mailbox.after(0, ALL))).toEqual([1, 2, 3]);
        expect(mailbox.accept(queuedSignal(1))).toEqual({ kind: "duplicate", seq: 1 });
        mailbox.acknowledge(2, T0);
        mailbox.prune(T0 + 2 * RETENTION_MS - 1);
        expect(seqs(mailbox.after(0, ALL))).toEqual([1, 2, 3]);
        mailbox.prune(T0 + 2 * RETENTION_MS);
        expect(seqs(mailbox.after(0, ALL))).toEqual([3]);
        expect(mailbox.accept(queuedSignal(1, { receivedAtMs: T0 + 2 * RETENTION_MS }))).toMatchObject({ seq: 4 });
      },
    );

    check("pruning is due once a week, only when something may be forgotten", (mailbox) => {
      expect(mailbox.pruneDueMs()).toBeNull();
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n, { receivedAtMs: T0 + n }));
      const dueMs = T0 + 1 + RETENTION_MS;
      expect(mailbox.pruneDueMs()).toBe(dueMs);
      expect(mailbox.prune(dueMs - 1)).toBe(dueMs);
      expect(mailbox.prune(dueMs)).toBeNull();
      mailbox.accept(queuedSignal(4, { receivedAtMs: dueMs + 1 }));
      expect(mailbox.pruneDueMs()).toBeNull();
      mailbox.acknowledge(3, T0);
      expect(mailbox.pruneDueMs()).toBe(dueMs + RETENTION_MS);
      expect(mailbox.prune(dueMs + RETENTION_MS)).toBeNull();
      expect(seqs(mailbox.after(0, ALL))).toEqual([4]);
    });

    check("an acknowledgement goes to disk once in a stride and when asked to", (_mailbox, sql, databases) => {
      const mailbox = open(sql, { ackStride: 3 });
      for (const n of [1, 2, 3, 4, 5]) mailbox.accept(queuedSignal(n));
      mailbox.acknowledge(2, T0);
      expect([mailbox.acked(), open(databases.reopen()).acked()]).toEqual([2, 0]);
      const again = open(databases.reopen(), { ackStride: 3 });
      again.acknowledge(3, T0);
      expect(open(databases.reopen()).acked()).toBe(3);
      const third = open(databases.reopen());
      third.acknowledge(4, T0 + 7);
      third.settle();
      const last = open(databases.reopen());
      expect([last.acked(), last.ackedAtMs()]).toEqual([4, T0 + 7]);
    });

    check("dead letters are listed with what they were and why they died", (mailbox) => {
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
      mailbox.bury(1, "unreadable", 1, T0 + 5);
      mailbox.bury(3, "disk full", 6, T0 + 6);
      expect(mailbox.deadLetters(10)).toEqual([
        expect.objectContaining({ seq: 3, guid: guid(3), reason: "disk full", attempts: 6, diedAt: T0 + 6 }),
        expect.objectContaining({ seq: 1, jobId: 1001, repository: "acme/app", action: "queued", receivedAt: T0 + 1 }),
      ]);
      expect(mailbox.deadLetters(1)).toHaveLength(1);
    });

    check("E-9: a dead letter that is put back keeps the time of its delivery", (mailbox) => {
      for (const n of [1, 2]) mailbox.accept(queuedSignal(n));
      mailbox.bury(1, "unreadable", 1, T0);
      mailbox.acknowledge(2, T0 + 3);
      const before = storedFreshness(mailbox, new Tally().state, T0 + 9);
      mailbox.requeue(1);
      const after = storedFreshness(mailbox, new Tally().state, T0 + 9);
      expect([after.lastSignalAt, after.lastDeliveryAt]).toEqual([before.lastSignalAt, before.lastDeliveryAt]);
      expect(after.hooks?.map(({ lastSignalAt }) => lastSignalAt)).toEqual([before.lastSignalAt]);
      expect(mailbox.after(2, ALL)).toEqual([{ seq: 3, signal: queuedSignal(1) }]);
    });

    check("a dead letter that is put back goes to the end of the queue, once", (mailbox) => {
      for (const n of [1, 2]) mailbox.accept(queuedSignal(n));
      mailbox.bury(1, "unreadable", 1, T0);
      expect(mailbox.requeue(1)).toBe(3);
      expect(mailbox.requeue(1)).toBeNull();
      expect(mailbox.requeue(2)).toBeNull();
      expect(mailbox.dead()).toBe(0);
      expect(mailbox.after(2, ALL)).toEqual([{ seq: 3, signal: queuedSignal(1) }]);
      expect(mailbox.accept(queuedSignal(1))).toEqual({ kind: "duplicate", seq: 3 });
    });

    check("a database of the first schema is taken over with all that it holds", (_mailbox, _sql, databases) => {
      const sql = databases.fresh();
      for (const statement of FIRST_SCHEMA) sql.exec(statement);
      sql.exec("INSERT INTO meta VALUES ('schema', '1'), ('stream', '\"old\"'), ('acked', '{\"seq\":1,\"atMs\":1}')");
      for (const n of [1, 2]) {
        const signal = queuedSignal(n);
        sql.exec("INSERT INTO signals VALUES (?, ?, ?, ?)", n, signal.guid, T0, JSON.stringify(signal));
      }
      const mailbox = open(sql);
      expect([mailbox.streamId, mailbox.head(), mailbox.acked()]).toEqual(["old", 2, 1]);
      expect(mailbox.accept(queuedSignal(1))).toEqual({ kind: "duplicate", seq: 1 });
      expect(mailbox.accept(queuedSignal(3))).toEqual({ kind: "stored", seq: 3 });
      expect(seqs(mailbox.after(1, ALL))).toEqual([2, 3]);
    });

    check("a dead letter is left out and holds up nothing behind it", (mailbox) => {
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
      mailbox.bury(2, "unreadable", 1, T0);
      expect(seqs(mailbox.after(0, ALL))).toEqual([1, 3]);
      expect(mailbox.dead()).toBe(1);
      mailbox.bury(2, "again", 2, T0);
      expect(mailbox.dead()).toBe(1);
    });

    check("nothing waits for the acknowledgement of a dead letter", (mailbox) => {
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
      mailbox.bury(2, "unreadable", 1, T0);
      expect(mailbox.acked()).toBe(0);
      mailbox.bury(1, "unreadable", 1, T0);
      expect(mailbox.acked()).toBe(2);
      mailbox.bury(3, "unreadable", 1, T0);
      expect(mailbox.unacked()).toBe(0);
    });

    check("a dead letter that is delivered again goes to the end of the queue", (mailbox) => {
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
      mailbox.acknowledge(3, T0);
      mailbox.bury(2, "unreadable", 1, T0);
      expect(mailbox.accept(queuedSignal(2))).toEqual({ kind: "stored", seq: 4 });
      expect([mailbox.dead(), mailbox.unacked()]).toEqual([0, 1]);
      expect(mailbox.after(3, ALL)).toMatchObject([{ signal: { guid: guid(2) } }]);
      expect(mailbox.accept(queuedSignal(2))).toEqual({ kind: "duplicate", seq: 4 });
    });

    check("E-11: a dead letter outlives the generation of its signal, and its GUID stays taken", (mailbox) => {
      for (const n of [1, 2]) mailbox.accept(queuedSignal(n));
      mailbox.bury(1, "unreadable", 1, T0);
      mailbox.acknowledge(2, T0);
      for (const weeks of [2, 3, 4]) nextGeneration(mailbox, T0 + weeks * RETENTION_MS);
      expect(mailbox.deadLetters(ALL)).toMatchObject([{ seq: 1, guid: guid(1), receivedAt: T0 + 1 }]);
      expect(mailbox.accept(queuedSignal(2))).toMatchObject({ kind: "stored" });
      const head = mailbox.head();
      expect(mailbox.requeue(1)).toBe(head + 1);
      expect(mailbox.after(head, ALL)).toEqual([{ seq: head + 1, signal: queuedSignal(1) }]);
      expect(mailbox.accept(queuedSignal(1))).toEqual({ kind: "duplicate", seq: head + 1 });
    });

    check("E-11: a dead letter of five weeks goes with the next generation", (mailbox) => {
      for (const n of [1, 2]) mailbox.accept(queuedSignal(n));
      mailbox.bury(1, "unreadable", 1, T0);
      mailbox.acknowledge(2, T0);
      for (const weeks of [2, 3, 4, 5]) nextGeneration(mailbox, T0 + weeks * RETENTION_MS);
      expect(mailbox.dead()).toBe(1);
      for (const weeks of [6, 7]) nextGeneration(mailbox, T0 + weeks * RETENTION_MS);
      expect([mailbox.dead(), mailbox.requeue(1)]).toEqual([0, null]);
      expect(mailbox.accept(queuedSignal(1))).toMatchObject({ kind: "stored" });
    });

    check("E-11: of more dead letters than a thousand the newest outlive their generation", (mailbox) => {
      for (let n = 1; n <= 1010; n += 1) mailbox.accept(queuedSignal(n));
      mailbox.acknowledge(1010, T0);
      for (let seq = 1; seq <= 1010; seq += 1) mailbox.bury(seq, "unreadable", 1, T0);
      for (const weeks of [2, 3]) nextGeneration(mailbox, T0 + weeks * RETENTION_MS);
      expect([mailbox.dead(), mailbox.requeue(10), mailbox.requeue(11)]).toEqual([1000, null, expect.any(Number)]);
    });

    check("at the bound the backlog becomes a gap notice, which grows until it was told", (_mailbox, sql) => {
      const mailbox = open(sql, { maxUnacked: 3 });
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
      expect(mailbox.gap()).toBeNull();
      mailbox.acknowledge(1, T0);
      for (const n of [4, 5]) mailbox.accept(queuedSignal(n));
      expect(mailbox.gap()).toEqual({ from: 2, to: 5 });
      expect(mailbox.unacked()).toBe(0);
      for (const n of [6, 7, 8, 9]) mailbox.accept(queuedSignal(n));
      expect(mailbox.gap()).toEqual({ from: 2, to: 9 });
      mailbox.gapTold();
      expect(mailbox.gap()).toBeNull();
    });

    check("everything is kept before the fleet announced what it serves", (mailbox) => {
      const stranger = queuedSignal(1, { repository: "stranger/app", labels: ["windows"] });
      expect(mailbox.accept(stranger).kind).toBe("stored");
    });

    check("after the announcement other owners' jobs and other labels are turned away without a row", (mailbox) => {
      mailbox.announce([{ owner: "Acme", labels: ["self-hosted", "Linux", "x64"] }]);
      expect(mailbox.accept(queuedSignal(1, { repository: "stranger/app" }))).toEqual({
        kind: "foreign",
        reason: "owner",
      });
      expect(mailbox.accept(queuedSignal(2, { labels: ["windows"] }))).toEqual({ kind: "foreign", reason: "labels" });
      expect(mailbox.head()).toBe(0);
      expect(mailbox.accept(queuedSignal(3, { labels: ["linux", "X64"] })).kind).toBe("stored");
      expect(mailbox.accept(queuedSignal(4, { labels: [] })).kind).toBe("stored");
      mailbox.announce([{ owner: "stranger", labels: ["linux"] }]);
      expect(mailbox.accept(queuedSignal(5))).toEqual({ kind: "foreign", reason: "owner" });
    });

    check("the fence only rises", (mailbox) => {
      expect([mailbox.fence(), mailbox.raiseFence(), mailbox.raiseFence(), mailbox.fence()]).toEqual([0, 1, 2, 2]);
    });

    check("a reopened database has everything", (mailbox, _sql, databases) => {
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
      mailbox.acknowledge(1, T0 + 10);
      mailbox.bury(2, "unreadable", 1, T0);
      mailbox.raiseFence();
      mailbox.announce([{ owner: "acme", labels: ["self-hosted", "linux"] }]);
      const again = open(databases.reopen());
      expect(again.streamId).toBe(mailbox.streamId);
      expect([again.head(), again.acked(), again.dead(), again.fence()]).toEqual([3, 2, 1, 1]);
      expect(seqs(again.after(1, ALL))).toEqual([3]);
      expect(again.accept(queuedSignal(1))).toEqual({ kind: "duplicate", seq: 1 });
      expect(again.accept(queuedSignal(9, { repository: "stranger/app" })).kind).toBe("foreign");
    });

    check("another database has another stream", (mailbox, _sql, databases) => {
      expect(open(databases.fresh()).streamId).not.toBe(mailbox.streamId);
    });

    check("a database of a newer version is refused and left as it is", (_mailbox, sql, databases) => {
      sql.exec("UPDATE meta SET value = '99' WHERE key = 'schema'");
      const reopened = databases.reopen();
      expect(() => open(reopened)).toThrow(/schema 99.*deploy the newer version/);
      expect(reopened.exec("SELECT value FROM meta WHERE key = 'schema'")).toMatchObject([{ value: "99" }]);
    });

    check("a step that throws leaves nothing of itself behind", (mailbox, sql) => {
      const work = (): void => {
        mailbox.accept(queuedSignal(1));
        throw new Error("in between");
      };
      expect(() => sql.transaction(work)).toThrow("in between");
      expect(mailbox.head()).toBe(0);
      expect(mailbox.accept(queuedSignal(1))).toEqual({ kind: "stored", seq: 1 });
    });

    check("freshness tells when things last happened and how far behind the agent is", (mailbox) => {
      const empty = { lastSignalAt: null, lastDeliveryAt: null, lastAckAt: null, oldestUnackedMs: null, head: 0 };
      expect(storedFreshness(mailbox, new Tally().state, T0)).toMatchObject(empty);
      for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n, { receivedAtMs: T0 + n }));
      mailbox.acknowledge(1, T0 + 50);
      mailbox.notes.keep({ kind: "ignored", atMs: T0 + 60, hookId: null });
      mailbox.notes.keep({ kind: "ping", atMs: T0 + 70, hookId: null });
      expect(storedFreshness(mailbox, new Tally().state, T0 + 100)).toMatchObject({
        stream: mailbox.streamId,
        lastSignalAt: T0 + 3,
        lastPingAt: T0 + 70,
        lastDeliveryAt: T0 + 70,
        lastAckAt: T0 + 50,
        oldestUnackedMs: 98,
        head: 3,
        acked: 1,
        unacked: 2,
        dead: 0,
        gap: null,
      });
    });

    check(
      "open jobs are folded from all signals, in whatever order they came, finished ones left out",
      (mailbox, sql) => {
        mailbox.accept(event(1, 11, { action: "in_progress", status: "in_progress", runnerName: "hl-1" }));
        mailbox.accept(event(2, 11, {}));
        mailbox.accept(event(3, 12, { action: "completed", status: "completed", conclusion: "success" }));
        mailbox.accept(event(4, 12, {}));
        mailbox.accept(event(5, 13, { status: "waiting" }));
        mailbox.accept(event(6, 14, { action: "paused", status: "paused" }));
        mailbox.acknowledge(6, T0);
        const { jobs, complete } = openJobs(mailbox, sql, T0 + 1000);
        expect(complete).toBe(true);
        expect(jobs.map(({ jobId, phase, runnerName }) => [jobId, phase, runnerName])).toEqual([
          [11, "in_progress", "hl-1"],
          [13, "waiting", null],
        ]);
      },
    );

    check("a stored row that this version cannot read is handed out as it is and holds nothing up", (mailbox, sql) => {
      for (const n of [1, 2, 3, 4]) mailbox.accept(event(n, 10 + n, {}));
      const table = sql.exec("SELECT count(*) AS n FROM signals_a")[0]?.["n"] === 4 ? "signals_a" : "signals_b";
      const odd = { guid: guid(2), job: "of another version" };
      sql.exec(`UPDATE ${table} SET signal = ? WHERE seq = 2`, JSON.stringify(odd));
      sql.exec(`UPDATE ${table} SET signal = ? WHERE seq = 3`, "{ no JSON");
      const stored = mailbox.after(0, ALL);
      expect(stored.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      expect(stored.slice(1, 3).map(({ signal }) => signal)).toEqual([odd, "{ no JSON"]);
      expect(openJobs(mailbox, sql, T0 + 1000).jobs.map(({ jobId }) => jobId)).toEqual([11, 14]);
      expect(storedFreshness(mailbox, new Tally().state, T0 + 100)).toMatchObject({ head: 4, unacked: 4 });

      for (const seq of [2, 3]) mailbox.bury(seq, "unreadable", 1, T0);
      expect(mailbox.deadLetters(ALL)).toMatchObject([
        { seq: 3, guid: guid(3), jobId: 0, repository: "", action: "" },
        { seq: 2, guid: guid(2), jobId: 0 },
      ]);
      expect([mailbox.requeue(2), mailbox.requeue(3)]).toEqual([5, 6]);
      expect(mailbox.after(4, ALL)).toEqual([
        { seq: 5, signal: odd },
        { seq: 6, signal: "{ no JSON" },
      ]);
    });

    check("a job that nothing was heard of for two days is no open job", (mailbox, sql) => {
      mailbox.accept(event(1, 11, { receivedAtMs: T0 }));
      expect(openJobs(mailbox, sql, T0 + 48 * 60 * 60 * 1000).jobs).toHaveLength(1);
      expect(openJobs(mailbox, sql, T0 + 48 * 60 * 60 * 1000 + 1).jobs).toHaveLength(0);
    });

    check(
      "open jobs fit a frame however many and long they are; the newest are kept and the cut is told",
      (mailbox, sql) => {
        const long = { jobName: "x".repeat(500), labels: Array.from({ length: 20 }, (_, n) => `label-${n}`) };
        for (let n = 1; n <= 300; n += 1) mailbox.accept(event(n, n, long));
        const { jobs, complete } = openJobs(mailbox, sql, T0);
        expect(complete).toBe(false);
        expect(jobs.at(-1)?.jobId).toBe(300);
        expect(jobs.length).toBeGreaterThan(100);
        expect(JSON.stringify(jobs).length).toBeLessThan(200 * 1024);
      },
    );

    replayChecks(check);
    boundChecks(check);

    test("any order of deliveries, copies, acks, burials, prunings and restarts agrees with a simple model", () =>
      withDatabases((databases) => mailboxProperty(databases)));
  });
}

const FIRST_SCHEMA = [
  "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
  `CREATE TABLE signals (
     seq INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, received_at INTEGER NOT NULL, signal TEXT NOT NULL
   ) STRICT`,
  `CREATE TABLE dead_letters (
     seq INTEGER PRIMARY KEY, reason TEXT NOT NULL, attempts INTEGER NOT NULL, died_at INTEGER NOT NULL
   ) STRICT`,
];

/** Goes on to a new generation of signals, which holds one by now. */
function nextGeneration(mailbox: Mailbox, nowMs: number): void {
  mailbox.prune(nowMs);
  mailbox.accept(queuedSignal(nowMs - T0, { receivedAtMs: nowMs }));
  mailbox.acknowledge(mailbox.head(), nowMs);
}

let streams = 0;

function open(sql: SqlDatabase, options: Partial<MailboxOptions> = {}): Mailbox {
  return new Mailbox({ sql, newStreamId: () => `stream-${(streams += 1)}`, ...options });
}

function event(n: number, jobId: number, change: Partial<Signal>): Signal {
  return queuedSignal(n, { jobId, ...change });
}

function seqs(signals: readonly { readonly seq: number }[]): readonly number[] {
  return signals.map(({ seq }) => seq);
}
