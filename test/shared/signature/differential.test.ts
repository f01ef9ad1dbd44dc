import { createHmac } from "node:crypto";

import { sign, verify } from "@octokit/webhooks-methods";
import { fc, test as propertyTest } from "@fast-check/vitest";
import { expect, test } from "vitest";

import { WebhookVerifier } from "../../../shared/signature/webhook-verifier.ts";

const secrets = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });
/** Text that UTF-8 can carry: the other verifier takes strings only. */
const bodies = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function ours(secret: string, body: string, header: string): Promise<boolean> {
  return (await new WebhookVerifier({ current: secret }).verify(bytes(body), header)).ok;
}

propertyTest.prop([secrets, bodies], { numRuns: 500 })(
  "what GitHub's own library signs is taken",
  async (secret, body) => {
    expect(await ours(secret, body, await sign(secret, body))).toBe(true);
  },
);

propertyTest.prop([secrets, secrets, bodies, bodies], { numRuns: 500 })(
  "on well-formed input the verdict is the same as that of GitHub's own library",
  async (secret, other, body, changed) => {
    for (const [signer, text] of [
      [secret, body],
      [other, body],
      [secret, changed],
    ] as const) {
      const header = await sign(signer, text);
      expect(await ours(secret, body, header)).toBe(await verify(secret, body, header));
    }
  },
);

const macOf = (secret: string, body: string): string => createHmac("sha256", secret).update(body).digest("hex");

const malformed = fc.constantFrom<(mac: string) => string>(
  (mac) => mac,
  (mac) => `sha256=${mac.toUpperCase()}`,
  (mac) => `sha256=${mac}zz`,
  (mac) => `sha256=${mac}00`,
  (mac) => `sha256=${mac.slice(2)}`,
  (mac) => `SHA256=${mac}`,
  (mac) => `sha1=${mac}`,
  (mac) => ` sha256=${mac}`,
  (mac) => `sha256=${mac} `,
  (mac) => `sha256=${mac.replace(/../g, "$& ").trim()}`,
  (mac) => `sha256=${mac.replace(/../g, "$&-")}`,
  (mac) => `sha256=${mac}, sha256=${mac}`,
  () => "sha256=",
  () => "foo",
  () => `sha256=${"g".repeat(64)}`,
);

propertyTest.prop([secrets, bodies, malformed, fc.string({ maxLength: 20 })], { numRuns: 1000 })(
  "E2 on malformed input ours refuses whatever theirs lets through or throws on",
  async (secret, body, form, junk) => {
    const mac = macOf(secret, body);
    const right = `sha256=${mac}`;
    // Capitals that a MAC of digits alone does not have leave it as it was.
    for (const header of [form(mac), `${right}${junk}`, junk]) {
      if (header !== right) expect(await ours(secret, body, header)).toBe(false);
    }
  },
);

test("E2 the library's web build, which a Worker would get, does let such a header through or throw: the difference is real", async () => {
  const web = (await import(WEB_BUILD)) as { verify: typeof verify };
  const mac = macOf("secret", "body");
  const verdicts = await Promise.all(
    [mac, `sha256=${mac}zz`, `sha256=${mac.toUpperCase()}`, "foo"].map((header) =>
      web.verify("secret", "body", header).catch(() => "threw"),
    ),
  );
  expect(verdicts).toContain(true);
  expect(verdicts).toContain("threw");
});

const WEB_BUILD = "../../../node_modules/@octokit/webhooks-methods/dist-web/index.js";
