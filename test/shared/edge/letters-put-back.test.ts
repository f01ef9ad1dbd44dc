import { expect, test } from "vitest";

import { guid } from "../../samples/signal.ts";
import { FakeLink, type FakeSocket } from "./fake-link.ts";

/** An edge whose agent of a version could not read the first `count` of its signals, and has gone. */
function refused(count: number, agentVersion = "0.1.0"): FakeLink {
  const edge = new FakeLink();
  const socket = edge.connect({ agentVersion });
  edge.deliver(count);
  refuseAll(edge, socket);
  edge.deliver(1);
  edge.ack(socket, edge.mailbox.head());
  expect([edge.mailbox.dead(), edge.mailbox.unacked()]).toEqual([count, 0]);
  socket.close(1001, "upgrade");
  return edge;
}

/** Refuses what comes until nothing does. */
function refuseAll(edge: FakeLink, socket: FakeSocket): void {
  let seen = 0;
  for (let come = socket.seqs(); come.length > seen; come = socket.seqs()) {
    for (const seq of come.slice(seen)) {
      edge.nack(socket, seq, "poison");
      edge.ack(socket, seq);
    }
    seen = come.length;
  }
}

function hello(edge: FakeLink, agentVersion: string): FakeSocket {
  return edge.connect({ agentVersion, acked: edge.mailbox.head() });
}

/** Acknowledges what comes until nothing does. */
function takeAll(edge: FakeLink, socket: FakeSocket): readonly number[] {
  let last = 0;
  for (let next = socket.seqs().at(-1) ?? 0; next > last; next = socket.seqs().at(-1) ?? 0) {
    last = next;
    edge.ack(socket, last);
  }
  return socket.seqs();
}

test("E-11: what an older agent could not read comes again to a newer one by itself, behind the welcome", () => {
  const edge = refused(2);
  const socket = hello(edge, "0.2.0");
  expect(socket.frames().map(({ type }) => type)).toEqual(["welcome", "batch"]);
  expect(socket.framesOf("welcome")[0]).toMatchObject({ head: 3, acked: 3 });
  const sent = socket.batches().flatMap(({ signals }) => signals);
  expect(sent).toMatchObject([
    { seq: 4, signal: { guid: guid(1) } },
    { seq: 5, signal: { guid: guid(2) } },
  ]);
  expect(edge.mailbox.dead()).toBe(0);
});

test("E-11: what a newer agent cannot read either is a dead letter again, until the next newer one", () => {
  const edge = refused(1);
  const socket = hello(edge, "0.2.0");
  refuseAll(edge, socket);
  expect(socket.seqs()).toEqual([3]);
  expect(edge.mailbox.deadLetters(10)).toMatchObject([{ seq: 3, refusedBy: "0.2.0" }]);
  for (const version of ["0.2.0", "0.1.0", "0.2.0"]) expect(hello(edge, version).seqs()).toEqual([]);
  expect(hello(edge, "0.10.0").seqs()).toEqual([4]);
});

test("E-11: an agent of the same version gets nothing back, and pays no row for it", () => {
  const [with_, without] = [refused(1), new FakeLink()];
  without.connect({ agentVersion: "0.1.0" });
  const rows = [with_, without].map((edge) => {
    const before = Number(edge.sql.exec("SELECT total_changes() AS n")[0]?.["n"]);
    expect(hello(edge, "0.1.0").seqs()).toEqual([]);
    return Number(edge.sql.exec("SELECT total_changes() AS n")[0]?.["n"]) - before;
  });
  expect(rows[0]).toBe(rows[1]);
});

test("E-11: a refusal that comes behind the acknowledgement is of its agent's version too", () => {
  const edge = new FakeLink();
  const socket = edge.connect({ agentVersion: "0.1.0" });
  edge.deliver(1);
  edge.ack(socket, 1);
  edge.nack(socket, 1, "poison");
  expect(hello(edge, "0.1.0").seqs()).toEqual([]);
  expect(hello(edge, "0.2.0").seqs()).toEqual([2]);
});

test.each(["", "next", "v2"])("E-11: an agent whose version is %j is newer than none", (version) => {
  expect(hello(refused(1), version).seqs()).toEqual([]);
});

test("E-11: a pile of letters comes in portions, each behind what is new, up to five hundred a connection", () => {
  const edge = refused(620);
  const socket = hello(edge, "0.2.0");
  expect(socket.seqs().length).toBeLessThanOrEqual(50);
  edge.deliver(1);
  const fresh = edge.mailbox.head();
  expect(fresh).toBeLessThanOrEqual(621 + 51);
  const came = takeAll(edge, socket);
  expect(came).toHaveLength(501);
  expect(edge.mailbox.dead()).toBe(120);
  expect(takeAll(edge, hello(edge, "0.2.0"))).toHaveLength(120);
  expect([edge.mailbox.dead(), edge.mailbox.unacked()]).toEqual([0, 0]);
});

test("E-9, E-11: however many letters are put back, freshness tells of the newest delivery", () => {
  const edge = refused(300);
  const before = edge.host.freshness().lastSignalAt;
  takeAll(edge, hello(edge, "0.2.0"));
  expect(edge.mailbox.dead()).toBe(0);
  expect(edge.host.freshness().lastSignalAt).toBe(before);
});

test("E-11: a signal that the journal refused until it was given up comes again to a newer agent as well", () => {
  const edge = new FakeLink();
  const socket = edge.connect({ agentVersion: "0.1.0" });
  edge.deliver(1);
  for (let tries = 0; tries < 6; tries += 1) {
    edge.nack(socket, 1, "retry");
    edge.nowMs += 20_000;
    edge.server.pump();
  }
  expect(edge.mailbox.deadLetters(10)).toMatchObject([{ seq: 1, refusedBy: "0.1.0" }]);
  expect(hello(edge, "0.1.1").seqs()).toEqual([2]);
});

test("E-11: a letter of an edge that did not note who refused it comes again to the next agent", () => {
  const edge = refused(1);
  edge.sql.exec("UPDATE dead_letters SET refused_by = NULL");
  expect(hello(edge, "0.1.0").seqs()).toEqual([3]);
});

test("E-11: letters that were looked through for the version that refused them go back to the next one all the same", () => {
  const edge = refused(120);
  const same = hello(edge, "0.1.0");
  for (let n = 0; n < 5; n += 1) edge.server.tick();
  expect(same.state.lettersAfter).toBeNull();
  expect(same.seqs()).toEqual([]);
  expect(takeAll(edge, hello(edge, "0.2.0"))).toHaveLength(120);
});
