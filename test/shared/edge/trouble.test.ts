import { describe, expect, test } from "vitest";

import { SILENCE_MS } from "../../../shared/edge/agent-watch.ts";
import { FakeLink } from "./fake-link.ts";

describe("a signal that the agent cannot take", () => {
  test("D10 promise 16: poison is set aside at once, and the rest goes on", () => {
    const link = new FakeLink();
    link.deliver(3);
    const socket = link.connect();
    link.nack(socket, 2, "poison");
    link.ack(socket, 3);
    expect([link.mailbox.dead(), link.mailbox.unacked()]).toEqual([1, 0]);
    expect(link.log.records()).toContainEqual(
      expect.objectContaining({ level: "error", msg: "signal set aside", seq: 2 }),
    );
  });

  test("poison whose acknowledgement was lost is not sent again", () => {
    const link = new FakeLink();
    link.deliver(1);
    link.nack(link.connect(), 1, "poison");
    const again = link.connect();
    expect(again.seqs()).toEqual([]);
    expect(link.mailbox.unacked()).toBe(0);
    expect(link.server.tick()).toBeNull();
  });

  test("retry sends it again after a pause that doubles", () => {
    const link = new FakeLink();
    link.deliver(2);
    const socket = link.connect();
    for (const pauseMs of [1000, 2000, 4000]) {
      const before = socket.seqs().length;
      link.nack(socket, 1, "retry");
      expect(link.server.tick()).toBe(link.nowMs + pauseMs);
      link.nowMs += pauseMs - 1;
      link.server.tick();
      expect(socket.seqs()).toHaveLength(before);
      link.nowMs += 1;
      link.server.tick();
      expect(socket.seqs().slice(before)).toEqual([1, 2]);
    }
  });

  test("an acknowledgement starts the count of retries afresh", () => {
    const link = new FakeLink();
    link.deliver(2);
    const socket = link.connect();
    for (let n = 0; n < 4; n += 1) {
      link.nack(socket, 1, "retry");
      link.nowMs += 60_000;
      socket.pinged(link.nowMs);
      link.server.tick();
    }
    link.ack(socket, 1);
    link.nack(socket, 2, "retry");
    expect(link.server.tick()).toBe(link.nowMs + 1000);
    expect(link.mailbox.dead()).toBe(0);
  });

  test("what fails six times is set aside, and what stands behind it comes at the next hello", () => {
    const link = new FakeLink();
    link.deliver(3);
    const socket = link.connect();
    for (let n = 0; n < 6; n += 1) {
      expect(link.mailbox.dead()).toBe(0);
      link.nack(socket, 1, "retry");
      link.nowMs += 60_000;
      socket.pinged(link.nowMs);
      link.server.tick();
    }
    expect(link.mailbox.dead()).toBe(1);
    expect(socket.closed).toMatchObject({ code: 4503 });
    const again = link.connect();
    expect(again.framesOf("welcome")[0]?.acked).toBe(1);
    expect(again.seqs()).toEqual([2, 3]);
  });

  test("a nack of what was never sent changes nothing, nor does a wish to get again what is acknowledged", () => {
    const link = new FakeLink();
    link.deliver(3);
    const socket = link.connect({ window: 2 });
    link.ack(socket, 1);
    link.nack(socket, 1, "retry");
    link.nack(socket, 99, "poison");
    expect([link.mailbox.dead(), link.mailbox.retries.of(1)]).toEqual([0, 0]);
  });

  test("E-2: what the agent could not read is set aside although its acknowledgement came first, once", () => {
    const link = new FakeLink();
    link.deliver(3);
    const socket = link.connect();
    link.ack(socket, 3);
    link.nack(socket, 2, "poison");
    link.nack(socket, 2, "poison");
    expect(link.mailbox.deadLetters(9).map(({ seq }) => seq)).toEqual([2]);
    expect(socket.framesOf("nacked").map(({ seq }) => seq)).toEqual([2, 2]);
  });
});

describe("a backlog beyond the bound", () => {
  test("is told as a gap to an agent that was away, until it acknowledges", () => {
    const link = new FakeLink({ maxUnacked: 3 });
    link.deliver(5);
    const first = link.connect();
    expect(first.framesOf("welcome")[0]?.gap).toEqual({ from: 1, to: 4 });
    expect(first.seqs()).toEqual([5]);
    const second = link.connect();
    expect(second.framesOf("welcome")[0]?.gap).toEqual({ from: 1, to: 4 });
    link.ack(second, 4);
    expect(link.connect().framesOf("welcome")[0]?.gap).toBeNull();
  });

  test("is told to an agent that is connected and slow, whose late acks do not hush it up", () => {
    const link = new FakeLink({ maxUnacked: 5 });
    const socket = link.connect({ window: 2 });
    link.deliver(6);
    expect(socket.seqs()).toEqual([1, 2]);
    expect(socket.closed).toMatchObject({ code: 4503 });
    socket.closed = null;
    link.ack(socket, 2);
    expect(socket.closed).toMatchObject({ code: 4503 });
    const again = link.connect({ acked: 2, window: 2 });
    expect(again.framesOf("welcome")[0]).toMatchObject({ gap: { from: 1, to: 6 }, acked: 6 });
    link.deliver(1);
    expect(again.seqs()).toEqual([7]);
  });
});

describe("an agent of which nothing is heard", () => {
  test("is dropped with 4408 after 90 s while something is unacknowledged", () => {
    const link = new FakeLink();
    const socket = link.connect();
    link.deliver(1);
    expect(link.server.tick()).toBe(link.nowMs + SILENCE_MS);
    link.nowMs += SILENCE_MS - 1;
    expect(link.server.tick()).toBe(link.nowMs + 1);
    expect(socket.closed).toBeNull();
    link.nowMs += 1;
    expect(link.server.tick()).toBeNull();
    expect(socket.closed).toMatchObject({ code: 4408 });
    expect(link.server.live()).toBeNull();
  });

  test("is kept while it pings or acknowledges", () => {
    const link = new FakeLink();
    const socket = link.connect();
    link.deliver(2);
    link.nowMs += SILENCE_MS - 1;
    socket.pinged(link.nowMs);
    link.nowMs += SILENCE_MS - 1;
    link.ack(socket, 1);
    link.nowMs += SILENCE_MS - 1;
    expect(link.server.tick()).toBe(link.nowMs + 1);
    expect(socket.closed).toBeNull();
  });

  test("costs nothing while everything is acknowledged", () => {
    const link = new FakeLink();
    const socket = link.connect();
    link.deliver(1);
    link.ack(socket, 1);
    link.nowMs += 10 * SILENCE_MS;
    expect(link.server.tick()).toBeNull();
    expect(socket.closed).toBeNull();
  });
});
