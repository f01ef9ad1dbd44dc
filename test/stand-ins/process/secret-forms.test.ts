import fc from "fast-check";
import { expect, test } from "vitest";

import { ChildProcessGroup } from "./child-process-group.ts";
import { secretsIn, secretsOf } from "./secret-forms.ts";

const secret = fc.string({ unit: "binary", minLength: 8, maxLength: 60 }).filter((text) => text.trim().length >= 8);
const around = fc.string({ unit: "binary", maxLength: 5 });

test("a secret is found as it is, in JSON, in an address, in hex, and in base64 wherever it begins in there", () => {
  fc.assert(
    fc.property(secret, around, around, (text, before, after) => {
      const whole = `${before}${text}${after}`;
      fc.pre(whole.isWellFormed() && text.isWellFormed());
      const bytes = Buffer.from(whole);
      for (const said of [
        whole,
        JSON.stringify({ said: whole }),
        `https://x.example/?q=${encodeURIComponent(whole)}`,
        bytes.toString("hex"),
        bytes.toString("base64"),
        bytes.toString("base64url"),
      ]) {
        expect(secretsIn(said, new Map([["TOKEN", text]]))).toEqual(["TOKEN"]);
      }
    }),
  );
});

test("what is no secret is not taken for one", () => {
  const env = { GITHUB_TOKEN: "ghp_of-nobody", HOOKLINE_INSTANCE: "standalone", HTTP_PROXY: "http://me:pass-word@x:1" };
  expect([...secretsOf(env)]).toEqual([
    ["GITHUB_TOKEN", "ghp_of-nobody"],
    ["HTTP_PROXY", "pass-word"],
  ]);
  expect(secretsIn("standalone http://me:…@x:1", secretsOf(env))).toEqual([]);
});

test("a process of a test that prints a secret of its environment fails the test that ends it", async () => {
  const script = "--eval=console.log(Buffer.from('x' + process.env.GITHUB_TOKEN).toString('base64'))";
  const leaky = ChildProcessGroup.node(script, [], { GITHUB_TOKEN: "ghp_of-nobody" });
  await expect(leaky.exited()).rejects.toThrow(/printed GITHUB_TOKEN/);
});
