import { describe, expect, test } from "vitest";

import type { freshnessSchema } from "../../../shared/mailbox/freshness.ts";
import type * as z from "zod/mini";

/** The webhook secrets of one deploy. */
export interface DeployedSecrets {
  readonly current: string;
  readonly previous?: string;
}

/** Delivers as one hook and asks, at an edge that was deployed with some secrets. */
export interface DeployedEdge {
  /** The status that a delivery is answered with; each has a job of its own. */
  deliver(hookId: string | null, secret: string): Promise<number>;
  freshness(): Promise<z.output<typeof freshnessSchema>>;
}

/** One mailbox over several deploys of its edge. */
export interface RotatingEdge {
  /** The edge after a deploy with these secrets; what the mailbox had in memory alone is gone. */
  deploy(secrets: DeployedSecrets): Promise<DeployedEdge>;
  /** Lets time go by, milliseconds. */
  pass(ms: number): Promise<void>;
}

const OLD = "the-old-secret";
const NEW = "the-new-secret";
const DAY_MS = 24 * 60 * 60_000;

/** What an edge must know of the secrets of its hooks while they change. */
export function describeRotation(open: () => Promise<RotatingEdge> | RotatingEdge): void {
  const told = async (edge: DeployedEdge) =>
    Object.fromEntries(((await edge.freshness()).hookSecrets ?? []).map(({ id, matched }) => [id ?? "", matched]));

  describe("E-5: the secret of each hook", () => {
    test("E-5: of two hooks freshness names the one that still signs with the old secret, whoever delivered last", async () => {
      const edge = await open();
      const both = await edge.deploy({ current: NEW, previous: OLD });
      expect(await both.deliver("222", OLD)).toBe(202);
      expect(await both.deliver("111", NEW)).toBe(202);
      expect(await told(both)).toEqual({ 111: "current", 222: "previous" });
      expect((await both.freshness()).takesPreviousSecret).toBe(true);
      expect(await both.deliver("222", NEW)).toBe(202);
      expect(await told(both)).toEqual({ 111: "current", 222: "current" });
    });

    test("E-5: by the book, with three hooks, no delivery is refused", async () => {
      const edge = await open();
      const hooks = new Map(["1", "2", "3"].map((id) => [id, OLD]));
      const deliverAll = async (deployed: DeployedEdge) => {
        for (const [id, secret] of hooks) expect(await deployed.deliver(id, secret)).toBe(202);
      };
      await deliverAll(await edge.deploy({ current: OLD }));
      const both = await edge.deploy({ current: NEW, previous: OLD });
      for (const id of hooks.keys()) {
        expect(Object.values(await told(both))).toContain("previous");
        hooks.set(id, NEW);
        await deliverAll(both);
      }
      expect(await told(both)).toEqual({ 1: "current", 2: "current", 3: "current" });
      const after = await edge.deploy({ current: NEW });
      await deliverAll(after);
      expect((await after.freshness()).takesPreviousSecret).toBe(false);
    });

    test("E-5: what was the current secret before the change is the previous one after it", async () => {
      const edge = await open();
      const before = await edge.deploy({ current: OLD });
      expect(await before.deliver("222", OLD)).toBe(202);
      expect(await told(before)).toEqual({ 222: "current" });
      expect(await told(await edge.deploy({ current: NEW, previous: OLD }))).toEqual({ 222: "previous" });
    });

    test("E-5: a quiet hook is remembered for a week, over deploys and whatever others deliver meanwhile", async () => {
      const edge = await open();
      const both = await edge.deploy({ current: NEW, previous: OLD });
      await both.deliver("222", OLD);
      for (let n = 0; n < 30; n += 1) await both.deliver("111", NEW);
      await edge.pass(6 * DAY_MS);
      const again = await edge.deploy({ current: NEW, previous: OLD });
      expect(await told(again)).toEqual({ 111: "current", 222: "previous" });
    });

    test("promise 18: E-5: invented hook ids neither push a hook out nor hide what they were signed with", async () => {
      const edge = await open();
      const both = await edge.deploy({ current: NEW, previous: OLD });
      await both.deliver("222", OLD);
      for (let n = 0; n < 100; n += 1) await both.deliver(String(10 ** 18 + n * 1000), NEW);
      await both.deliver(null, OLD);
      const known = await told(both);
      expect(known["222"]).toBe("previous");
      expect(known[""]).toBe("previous");
      expect(Object.keys(known).length).toBeLessThanOrEqual(66);
    });
  });
}
