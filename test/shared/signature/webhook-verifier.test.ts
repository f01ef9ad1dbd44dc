import { createHmac } from "node:crypto";

import { fc, test as propertyTest } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";

import { WebhookVerifier } from "../../../shared/signature/webhook-verifier.ts";

const SECRET = "It's a Secret to Everybody";
const BODY = new TextEncoder().encode("Hello, World!");
const HEX = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const HEADER = `sha256=${HEX}`;

function header(secret: string, body: Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

test("GitHub's documented example is taken", async () => {
  expect(await new WebhookVerifier({ current: SECRET }).verify(BODY, HEADER)).toMatchObject({
    ok: true,
    secret: "current",
  });
});

test("a delivery without a signature is refused as missing", async () => {
  const verdict = await new WebhookVerifier({ current: SECRET }).verify(BODY, null);
  expect(verdict).toEqual({ ok: false, problem: "missing" });
});

describe("a header in any other form than GitHub's is refused, even around the right MAC", () => {
  test.each([
    ["empty", ""],
    ["a word", "foo"],
    ["the prefix alone", "sha256="],
    ["no hex", `sha256=${"z".repeat(64)}`],
    ["no prefix", HEX],
    ["the prefix in capitals", `SHA256=${HEX}`],
    ["capitals", `sha256=${HEX.toUpperCase()}`],
    ["junk after it", `${HEADER}zz`],
    ["one digit more", `${HEADER}0`],
    ["one digit less", HEADER.slice(0, -1)],
    ["a line break after it", `${HEADER}\n`],
    ["a space before it", ` ${HEADER}`],
    ["spaces between", `sha256=${HEX.replace(/(..)/g, "$1 ").trim()}`],
    ["dashes between", `sha256=${HEX.replace(/(..)/g, "$1-").slice(0, -1)}`],
    ["two signatures", `${HEADER}, ${HEADER}`],
    ["SHA-1", `sha1=${HEX.slice(0, 40)}`],
    ["full-width digits", `sha256=${"\uff10".repeat(64)}`],
  ])("%s", async (_name, value) => {
    const verdict = await new WebhookVerifier({ current: SECRET }).verify(BODY, value);
    expect(verdict).toEqual({ ok: false, problem: "malformed" });
  });
});

test("both secrets are good during a rotation, and the verdict names the one", async () => {
  const verifier = new WebhookVerifier({ current: "new-secret", previous: "old-secret" });
  expect(await verifier.verify(BODY, header("new-secret", BODY))).toMatchObject({ ok: true, secret: "current" });
  expect(await verifier.verify(BODY, header("old-secret", BODY))).toMatchObject({ ok: true, secret: "previous" });
  expect(await verifier.verify(BODY, header("older-secret", BODY))).toEqual({ ok: false, problem: "mismatch" });
});

test("an empty secret, with which everybody could sign, is no configuration", () => {
  expect(() => new WebhookVerifier({ current: "" })).toThrow(/secret is empty/);
  expect(() => new WebhookVerifier({ current: "good", previous: "" })).toThrow(/secret is empty/);
});

const bodies = fc.uint8Array({ maxLength: 300 });
const secrets = fc.string({ unit: "grapheme", minLength: 1, maxLength: 80 });

propertyTest.prop([secrets, bodies])(
  "what node:crypto signs is taken, whatever secret and bytes",
  async (secret, body) => {
    const verdict = await new WebhookVerifier({ current: secret }).verify(body, header(secret, body));
    expect(verdict.ok).toBe(true);
  },
);

propertyTest.prop([fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), fc.integer({ min: 1, max: 255 })])(
  "one changed byte is refused",
  async (body, place, flip) => {
    const changed = Uint8Array.from(body);
    const index = place % changed.length;
    changed[index] = (changed[index] ?? 0) ^ flip;
    const verdict = await new WebhookVerifier({ current: SECRET }).verify(changed, header(SECRET, body));
    expect(verdict).toEqual({ ok: false, problem: "mismatch" });
  },
);

propertyTest.prop([fc.string({ maxLength: 100 }), bodies])("no header makes it throw", async (value, body) => {
  const verdict = await new WebhookVerifier({ current: SECRET }).verify(body, value);
  expect(verdict.ok).toBe(value === header(SECRET, body));
});

test("E-5: a secret has one name, whichever place it holds, and the name is short and not of the secret", async () => {
  const before = await new WebhookVerifier({ current: "old-secret" }).keys();
  const during = await new WebhookVerifier({ current: "new-secret", previous: "old-secret" }).keys();
  expect(before.previous).toBeNull();
  expect(during.previous).toBe(before.current);
  expect(during.current).not.toBe(before.current);
  expect(before.current).toMatch(/^[0-9a-f]{8}$/);
  const verifier = new WebhookVerifier({ current: "new-secret", previous: "old-secret" });
  const verdict = await verifier.verify(BODY, header("old-secret", BODY));
  expect(verdict).toMatchObject({ ok: true, key: before.current });
});
