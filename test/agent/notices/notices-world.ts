import { Courier, type CourierOptions } from "../../../agent/notices/courier.ts";
import { NoticeBook, type NoticeBookOptions } from "../../../agent/notices/notice-book.ts";
import { NoticeStore } from "../../../agent/notices/notice-store.ts";
import type { Condition, Judgement } from "../../../agent/notices/notice.ts";
import type { NoticeRule } from "../../../agent/settings/notice-rules.ts";
import { readReceiver, type ReceiverAddress } from "../../../agent/settings/receiver-address.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { seeded } from "../../stand-ins/time/random.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

export const MINUTE = 60_000;
export const SECRET = `whsec_${Buffer.from("a key of twenty-four bytes").toString("base64")}`;

/** The address of a receiver. */
export function receiver(text: string): ReceiverAddress {
  const read = readReceiver(text);
  if (read === null) throw new Error(`no receiver: ${text}`);
  return read;
}

export const WEBHOOK = receiver("webhook+https://hooks.example/hookline");

/** Something that is wrong. */
export function trouble(rule: NoticeRule, change: Partial<Condition> = {}): Condition {
  return { rule, key: rule, text: `${rule} is wrong`, remedy: "mend it", afterMs: 0, ...change };
}

export function judged(conditions: readonly Condition[], unknown: readonly NoticeRule[] = []): readonly Judgement[] {
  return [{ conditions, unknown: new Set(unknown) }];
}

export interface Posted {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Book, queue and courier over one journal, with a receiver that a test has answer. */
export function noticesWorld(
  options: Partial<NoticeBookOptions> & Partial<CourierOptions> & { readonly sql?: SqlDatabase } = {},
) {
  const clock = new VirtualClock();
  const sql = options.sql ?? new NodeSql(":memory:");
  const receivers = options.receivers ?? [WEBHOOK];
  const names = receivers.map(({ name }) => name);
  const store = new NoticeStore(sql, names);
  const posted: Posted[] = [];
  const world = { answer: 200 };
  const captured = capturedLog();
  const book = new NoticeBook({
    store,
    instance: "nas",
    call: "hookline",
    isQuiet: () => false,
    without: [],
    clock,
    ...options,
  });
  const courier = new Courier({
    receivers,
    secret: SECRET,
    post: (url, { headers, body }) => {
      posted.push({ url, headers: headers as Record<string, string>, body: typeof body === "string" ? body : "" });
      return Promise.resolve(new Response(null, { status: world.answer }));
    },
    clock,
    random: seeded(1),
    log: captured.log,
    ...options,
  });
  const send = () => courier.send(store, new AbortController().signal);
  const queued = () => store.pending().map(({ notice }) => `${notice.kind} ${notice.key}`);
  return { clock, sql, store, book, courier, posted, send, queued, world, records: () => captured.records() };
}
