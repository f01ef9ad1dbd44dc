import { expect, test } from "vitest";

import { FakeLink, helloFrame, type FakeSocket } from "./fake-link.ts";

const A = { instance: "nas", boot: "boot-a", host: "nas.local" };
const B = { instance: "nas", boot: "boot-b", host: "laptop.local" };

/** Both agents connect in turn, a second apart, as long as they are let in. */
function fight(link: FakeLink, rounds: number): readonly FakeSocket[] {
  return Array.from({ length: rounds }, (_, n) => {
    link.nowMs += 1000;
    return link.connect(n % 2 === 0 ? A : B);
  });
}

test("L5 two agents that take the link from each other: after three takeovers the incumbent keeps it, the other gets 4423 and a pause", () => {
  const link = new FakeLink();
  link.deliver(1);
  const sockets = fight(link, 5);
  expect(sockets.map(({ closed }) => closed?.code ?? null)).toEqual([4409, 4409, 4409, null, 4423]);
  expect(sockets[4]?.framesOf("bye")).toMatchObject([{ code: 4423, retryAfterMs: 60_000 }]);
  expect(sockets[4]?.closed?.reason).toMatch(/nas on laptop\.local has the link/);
  expect(sockets[4]?.seqs()).toEqual([]);
  expect(link.server.live()).toBe(sockets[3]);
  expect(link.mailbox.fence()).toBe(4);
});

test("L5 the fight names both hosts in the log and in freshness", () => {
  const link = new FakeLink();
  fight(link, 5);
  expect(link.log.records()).toContainEqual(
    expect.objectContaining({ level: "error", incumbent: "nas on laptop.local", challenger: "nas on nas.local" }),
  );
  const freshness = link.host.freshness();
  expect(freshness).toMatchObject({
    takeovers: 3,
    fight: { incumbent: { host: "laptop.local" }, challenger: { host: "nas.local" } },
  });
});

test("L5 the loser is kept out for as long as it keeps coming, and let in once the winner is gone", () => {
  const link = new FakeLink();
  const sockets = fight(link, 5);
  for (let n = 0; n < 10; n += 1) {
    link.nowMs += 59_000;
    const winner = sockets[3];
    if (winner !== undefined) winner.pinged(link.nowMs);
    expect(link.connect(A).closed?.code).toBe(4423);
  }
  sockets[3]?.close(1006, "gone");
  expect(link.connect(A).closed).toBeNull();
});

test("L5 a winner that shows no life for 90 s does not keep the other out", () => {
  const link = new FakeLink();
  const sockets = fight(link, 5);
  const winner = sockets[3];
  if (winner !== undefined) winner.pinged(link.nowMs);
  link.nowMs += 90_000;
  expect(link.connect(A).closed).toBeNull();
  expect(winner?.closed?.code).toBe(4409);
});

test("an agent that restarts often is no fight: each start is let in", () => {
  const link = new FakeLink();
  for (let n = 0; n < 20; n += 1) expect(link.connect({ ...A, boot: `boot-${n}` }).closed).toBeNull();
});

test("one agent that reconnects often, its old sockets half-open, is no fight", () => {
  const link = new FakeLink();
  for (let n = 0; n < 20; n += 1) expect(link.connect(A).closed).toBeNull();
  expect(link.mailbox.takeovers.history()).toEqual([]);
});

test("takeovers that lie minutes apart are no fight", () => {
  const link = new FakeLink();
  for (let n = 0; n < 12; n += 1) {
    link.nowMs += 61_000;
    expect(link.connect(n % 2 === 0 ? A : B).closed).toBeNull();
  }
});

test("the fight is remembered across a restart of the object", () => {
  const link = new FakeLink();
  fight(link, 5);
  expect(link.mailbox.takeovers.fight(link.nowMs)).toMatchObject({ challenger: A, incumbent: B });
});

test.each<[string, readonly number[], number, boolean]>([
  ["the first version, alone", [1], 1, true],
  ["a version from tomorrow", [1], 2, false],
  ["the version before ours", [2, 1], 1, true],
  ["ours, the one before served too", [2, 1], 2, true],
  ["a version long gone", [3, 2], 1, false],
  ["no version", [1], 0, false],
])("%s: an edge that speaks %j and an agent of version %i", (_name, spoken, protocol, served) => {
  const link = new FakeLink({ spoken });
  link.deliver(1);
  const socket = link.connect({ protocol });
  expect(socket.closed?.code ?? null).toBe(served ? null : 4406);
  expect(socket.framesOf("welcome").map((welcome) => welcome.protocol)).toEqual(served ? [protocol] : []);
  expect(socket.seqs()).toEqual(served ? [1] : []);
});

test("a socket that never greets is closed after 15 s with 4408, and nobody else is", () => {
  const link = new FakeLink();
  const mute = link.socket();
  const agent = link.connect();
  expect(link.server.tick()).toBe(link.nowMs + 15_000);
  link.nowMs += 15_000;
  expect(link.server.tick()).toBeNull();
  expect(mute.closed).toEqual({ code: 4408, reason: "no hello within 15 s" });
  expect(agent.closed).toBeNull();
  link.say(mute, helloFrame());
});
