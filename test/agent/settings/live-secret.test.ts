import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { LiveSecrets } from "../../../agent/settings/live-secrets.ts";
import { readSettings } from "../../../agent/settings/settings.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

const [FIRST, SECOND] = ["ghp_first000000000000", "ghp_second00000000000"];

/** The secrets of a daemon whose GitHub token stands in a file. */
function liveSecrets(more: Readonly<Record<string, string>> = {}) {
  const path = join(temporaryFolder(), "token");
  writeFileSync(path, `${FIRST}\n`);
  let readings = 0;
  const named = { GITHUB_TOKEN_FILE: path, ...more };
  // Whoever reads the file asks first whether the secret stands in the environment as well.
  const env = new Proxy(named, {
    get: (target, name) => {
      if (name === "GITHUB_TOKEN") readings += 1;
      return Reflect.get(target, name) as unknown;
    },
  });
  const source = { env, cwd: "/" };
  const clock = new VirtualClock();
  const captured = capturedLog();
  const secrets = new LiveSecrets({ settings: readSettings(source), source, clock, log: captured.log });
  const token = secrets.get("GITHUB_TOKEN");
  if (token === null) throw new Error("no token was read");
  return { path, clock, secrets, token, readings: () => readings, records: () => captured.records() };
}

test("promise 20: a refused secret is read anew from its file, and whoever used the one before is told so too", () => {
  const { path, token, records } = liveSecrets();
  writeFileSync(path, SECOND);
  expect([token.refused(FIRST), token.reveal()]).toEqual([true, SECOND]);
  expect(token.refused(FIRST)).toBe(true);
  expect(records().filter(({ msg }) => msg === "secret read anew")).toHaveLength(1);
});

test("a file that nobody touched is read at most every five seconds, however often it is refused; one that was, at once", async () => {
  const { path, clock, token, readings } = liveSecrets();
  const before = readings();
  for (let n = 0; n < 100; n += 1) expect(token.refused(FIRST)).toBe(false);
  expect(readings()).toBe(before);
  await clock.advance(5000);
  for (let n = 0; n < 100; n += 1) expect(token.refused(FIRST)).toBe(false);
  expect(readings()).toBe(before + 1);
  writeFileSync(`${path}.new`, SECOND);
  renameSync(`${path}.new`, path);
  expect(token.refused(FIRST)).toBe(true);
  expect(readings()).toBe(before + 2);
});

test.each([
  [
    "empty",
    (path: string) => writeFileSync(path, ""),
    /GITHUB_TOKEN_FILE: names .*token, which is empty \(owner \d+:\d+, mode 0\d{3}\); write/,
  ],
  [
    "gone",
    (path: string) => rmSync(path),
    /GITHUB_TOKEN_FILE: names .*token, which cannot be read: there is no such file; put/,
  ],
  [
    "half written",
    (path: string) => writeFileSync(path, "ghp_ with a gap"),
    /GITHUB_TOKEN: must be one line without spaces/,
  ],
])("a file that is %s is told once, and the secret of before goes on", (_what, spoil, message) => {
  const { path, token, records } = liveSecrets();
  spoil(path);
  expect([token.refused(FIRST), token.reveal()]).toEqual([false, FIRST]);
  expect(token.refused(FIRST)).toBe(false);
  const told = records().filter(({ level }) => level === "error");
  expect(told).toHaveLength(1);
  expect(String(told[0]?.["reason"])).toMatch(message);
  expect(JSON.stringify(records())).not.toMatch(/ghp_/);
  writeFileSync(path, SECOND);
  expect([token.refused(FIRST), token.reveal()]).toEqual([true, SECOND]);
});

test("a secret that stands in the environment itself stays as it is", () => {
  const { secrets } = liveSecrets({ HOOKLINE_TOKEN: "a".repeat(20) });
  expect(secrets.get("HOOKLINE_TOKEN")?.refused("a".repeat(20))).toBe(false);
  expect(secrets.get("GITHUB_WEBHOOK_SECRET")).toBeNull();
});

test.each([
  "HOOKLINE_TOKEN",
  "HOOKLINE_TOKEN_PREVIOUS",
  "HOOKLINE_READ_TOKEN",
  "HOOKLINE_READ_TOKEN_PREVIOUS",
  "HOOKLINE_HTTP_TOKEN",
  "HOOKLINE_HTTP_OPERATOR_TOKEN",
  "GITHUB_WEBHOOK_SECRET",
  "GITHUB_WEBHOOK_SECRET_PREVIOUS",
] as const)("promise 20: %s is read anew from its file", (name) => {
  const path = join(temporaryFolder(), "secret");
  writeFileSync(path, "the-first-secret");
  const { secrets } = liveSecrets({ [`${name}_FILE`]: path });
  writeFileSync(path, "the-second-secret");
  expect(secrets.readAnew().changed).toContain(name);
  expect(secrets.get(name)?.reveal()).toBe("the-second-secret");
});

test("reading all anew names what changed and what cannot be used, each by itself", () => {
  const folder = temporaryFolder();
  const [hook, link] = [join(folder, "hook"), join(folder, "link")];
  writeFileSync(hook, "old");
  writeFileSync(link, "a".repeat(20));
  const { path, secrets } = liveSecrets({ GITHUB_WEBHOOK_SECRET_FILE: hook, HOOKLINE_TOKEN_FILE: link });
  writeFileSync(path, SECOND);
  writeFileSync(hook, "new");
  writeFileSync(link, "");
  const { changed, problems } = secrets.readAnew();
  expect(changed.toSorted()).toEqual(["GITHUB_TOKEN", "GITHUB_WEBHOOK_SECRET"]);
  expect(problems.map((problem) => problem.path)).toEqual(["HOOKLINE_TOKEN_FILE"]);
});
