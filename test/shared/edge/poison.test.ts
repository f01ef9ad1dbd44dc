import { expect, test } from "vitest";

import { guid } from "../../samples/signal.ts";
import { PairedLink } from "./paired-link.ts";

async function connected(link: PairedLink): Promise<PairedLink> {
  link.client.start();
  await link.advance(1000);
  expect(link.client.connected).toBe(true);
  return link;
}

/** Makes the stored signal of a number one that no version of the agent can read. */
function spoil(link: PairedLink, seq: number): void {
  link.edge.sql.exec("UPDATE signals_a SET signal = json_remove(signal, '$.labels') WHERE seq = ?", seq);
}

/** Three signals of which the second is unreadable, taken by an agent whose refusals do not arrive. */
async function refusedInVain(): Promise<PairedLink> {
  const link = await connected(new PairedLink());
  link.cut();
  link.edge.deliver(3);
  spoil(link, 2);
  link.swallows = (text) => text.includes('"nack"');
  await link.advance(5000);
  expect(link.fresh).toEqual([guid(1), guid(3)]);
  expect([link.edge.mailbox.dead(), link.edge.mailbox.unacked()]).toEqual([0, 0]);
  link.swallows = () => false;
  return link;
}

test("E-2: a refusal that was lost is told again at the next welcome, although its number is acknowledged", async () => {
  const link = await refusedInVain();
  link.cut();
  await link.advance(5000);
  expect(link.edge.mailbox.deadLetters(10)).toMatchObject([{ seq: 2 }]);
});

test("E-2: once the edge has confirmed a refusal it is told no more", async () => {
  const link = await refusedInVain();
  const nacks: string[] = [];
  link.swallows = (text) => {
    if (text.includes('"nack"')) nacks.push(text);
    return false;
  };
  for (let n = 0; n < 4; n += 1) {
    link.cut();
    await link.advance(31_000);
  }
  expect(nacks).toHaveLength(1);
});

test("E-2: a dead letter that was put back meanwhile is not set aside by an old refusal", async () => {
  const link = await refusedInVain();
  link.edge.sql.exec("UPDATE signals_a SET signal = json_set(signal, '$.labels', json('[]')) WHERE seq = 2");
  link.edge.mailbox.bury(2, "test", 1, 0);
  link.edge.host.requeue(2);
  await link.advance(1000);
  link.cut();
  await link.advance(5000);
  expect(link.edge.mailbox.dead()).toBe(0);
  expect(link.fresh).toEqual([guid(1), guid(3), guid(2)]);
});
