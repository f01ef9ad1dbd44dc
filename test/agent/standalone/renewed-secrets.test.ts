import { createHmac } from "node:crypto";

import { expect, test } from "vitest";

import { LiveVerifier } from "../../../agent/standalone/live-verifier.ts";
import { ShownSecrets } from "../../../agent/settings/shown-secrets.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

const BODY = new TextEncoder().encode("{}");
const signedBy = (secret: string): string => `sha256=${createHmac("sha256", secret).update(BODY).digest("hex")}`;

/** A webhook secret in a file that is replaced by `write`, and how often the file was looked at. */
function inFile(first: string) {
  let [held, written, looks] = [first, first, 0];
  const secret = {
    reveal: () => held,
    refused: () => {
      looks += 1;
      held = written;
      return false;
    },
  };
  const clock = new VirtualClock();
  const secrets = new ShownSecrets([secret, null], clock);
  return {
    clock,
    secrets,
    verifier: new LiveVerifier(secrets),
    write: (text: string) => void (written = text),
    looks: () => looks,
  };
}

test("promise 20: the first delivery that is signed with the secret which took the old one's place is taken", async () => {
  const { verifier, write } = inFile("old");
  expect((await verifier.verify(BODY, signedBy("old"))).ok).toBe(true);
  write("new");
  const [one, two] = await Promise.all([
    verifier.verify(BODY, signedBy("new")),
    verifier.verify(BODY, signedBy("new")),
  ]);
  expect([one, two]).toEqual([
    { ok: true, secret: "current", key: expect.any(String) },
    { ok: true, secret: "current", key: expect.any(String) },
  ]);
  expect((await verifier.verify(BODY, signedBy("old"))).ok).toBe(false);
});

test("promise 13: strangers make nobody look at the disk more than once in ten seconds", async () => {
  const { verifier, clock, looks, write } = inFile("old");
  for (let n = 0; n < 500; n += 1) expect((await verifier.verify(BODY, signedBy(`guess ${n}`))).ok).toBe(false);
  expect(looks()).toBe(1);
  write("new");
  expect((await verifier.verify(BODY, signedBy("new"))).ok).toBe(false);
  await clock.advance(10_000);
  expect((await verifier.verify(BODY, signedBy("new"))).ok).toBe(true);
  expect(looks()).toBe(2);
});

test("a signature that is none is refused without a look", async () => {
  const { verifier, looks } = inFile("old");
  expect(await verifier.verify(BODY, null)).toEqual({ ok: false, problem: "missing" });
  expect(looks()).toBe(0);
});
