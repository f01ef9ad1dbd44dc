import { expect, test, vi } from "vitest";

const marked: unknown[] = [];

vi.mock("cloudflare:workers", () => ({ DurableObject: Object }));
vi.mock("cloudflare:durable-objects", () => ({ retryable: (...methods: unknown[]) => marked.push(...methods) }));

/** By a name that the type checker does not follow: the object's own types are those of workerd. */
const MODULE: string = "../../worker/mailbox-object.ts";

/*
 * Only Cloudflare's runtime repeats calls; workerd on this machine does not, so the mark itself is looked at.
 * https://developers.cloudflare.com/durable-objects/best-practices/automatic-retries/
 */
test("storing is marked as safe to repeat, and nothing else is", async () => {
  const { MailboxObject } = (await import(MODULE)) as { MailboxObject: { prototype: { accept: unknown } } };
  expect(marked).toEqual([MailboxObject.prototype.accept]);
});
