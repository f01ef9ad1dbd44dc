import { expect, test } from "vitest";

import { eventStream } from "../../../../agent/web/feed/event-stream.ts";
import { StatusFeed } from "../../../../agent/web/feed/status-feed.ts";
import { HandDrivenDaemon } from "../../control/world.ts";
import { TOKEN, webWorld } from "../web-world.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function next(reader: Reader): Promise<{ event: string; id: number; status: unknown } | null> {
  const { value } = await reader.read();
  const match = /^event: (\w+)\nid: (\d+)\ndata: (.*)\n\n$/.exec(new TextDecoder().decode(value));
  return match === null ? null : { event: match[1] ?? "", id: Number(match[2]), status: JSON.parse(match[3] ?? "") };
}

function world() {
  const daemon = new HandDrivenDaemon();
  let documents = 0;
  const counted = {
    status: () => {
      documents += 1;
      return daemon.status();
    },
    changed: (signal: AbortSignal) => daemon.changed(signal),
  };
  const feed = new StatusFeed(counted);
  const waiting = (n: number): void => {
    daemon.document = { ...daemon.document, jobs: { ...daemon.document.jobs, waitingTotal: n } };
    daemon.becomes({});
  };
  return { feed, waiting, documents: () => documents };
}

test("a browser sees the state at once, and each change without asking again", async () => {
  const { feed, waiting } = world();
  const reader = eventStream(feed).getReader();
  expect(await next(reader)).toMatchObject({ event: "status", status: { jobs: { waitingTotal: 0 } } });
  const second = next(reader);
  waiting(3);
  expect(await second).toMatchObject({ event: "status", status: { jobs: { waitingTotal: 3 } } });
});

test("a hundred browsers cost one document a change", async () => {
  const { feed, waiting, documents } = world();
  const readers = Array.from({ length: 100 }, () => eventStream(feed).getReader());
  await Promise.all(readers.map(next));
  const before = documents();
  const all = Promise.all(readers.map(next));
  waiting(1);
  const ids = (await all).map((event) => event?.id);
  expect(new Set(ids).size).toBe(1);
  expect(documents() - before).toBe(1);
});

test("a browser that does not read gets the newest state afterwards, not all that it missed", async () => {
  const { feed, waiting } = world();
  const [slow, fast] = [eventStream(feed).getReader(), eventStream(feed).getReader()];
  await Promise.all([next(slow), next(fast)]);
  for (const n of [1, 2, 3]) {
    const told = next(fast);
    waiting(n);
    await told;
  }
  expect(await next(slow)).toMatchObject({ status: { jobs: { waitingTotal: 3 } } });
});

test("the end of the agent ends the streams", async () => {
  const { feed } = world();
  const reader = eventStream(feed).getReader();
  await next(reader);
  const end = reader.read();
  feed.close();
  expect(await end).toEqual({ done: true, value: undefined });
});

test("over HTTP it is a stream that a browser's EventSource reads", async () => {
  const { server } = await webWorld();
  const stop = new AbortController();
  const answer = await fetch(`${server.url}/api/events`, {
    headers: { authorization: `Bearer ${TOKEN}` },
    signal: stop.signal,
  });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const reader = answer.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toMatch(/^event: status\nid: 0\ndata: \{/);
  stop.abort();
});
