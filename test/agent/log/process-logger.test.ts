import { PassThrough } from "node:stream";

import fc from "fast-check";
import { expect, test } from "vitest";

import { processLogger } from "../../../agent/log/process-logger.ts";

/** What a logger writes to a terminal, or to a pipe. */
function written(isTTY: boolean, write: (log: ReturnType<typeof processLogger>) => void): string {
  const stream = Object.assign(new PassThrough(), { isTTY });
  write(processLogger("info", { stream }));
  return String(stream.read() ?? "");
}

test("in a container each record is one JSON line, at a terminal a sentence with its fields", () => {
  const fields = { jobId: 42, slot: "hookline-nas--home-a", why: { home: "it lacks gpu" } };
  const line = written(false, (log) => log.info("slot done", fields));
  expect(JSON.parse(line)).toMatchObject({ level: "info", msg: "slot done", ...fields });
  expect(written(true, (log) => log.info("slot done", fields))).toMatch(
    /^\d\d:\d\d:\d\d info {2}slot done jobId=42 slot=hookline-nas--home-a why=\{"home":"it lacks gpu"\}\n$/,
  );
});

test("a label that holds what another field would look like stays within its quotation marks", () => {
  const line = written(true, (log) => log.info("signal", { repository: 'acme/web slot="evil' }));
  expect(line).toContain('repository="acme/web slot=\\"evil"');
});

test("whatever GitHub names a repository, a label, a branch or a runner: one record is one line without control characters", () => {
  const text = fc.string({ unit: "binary", maxLength: 60 });
  fc.assert(
    fc.property(text, text, fc.boolean(), (name, value, isTTY) => {
      const out = written(isTTY, (log) => log.info("signal", { [name]: value, labels: [value] }));
      expect(out.endsWith("\n")).toBe(true);
      const line = out.slice(0, -1);
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      if (!isTTY) expect(JSON.parse(line)).toMatchObject({ msg: "signal", labels: [value] });
    }),
  );
});
