import { fc, test as propertyTest } from "@fast-check/vitest";
import { expect, test } from "vitest";

import { createLogger, LOG_LEVELS, silentLogger, type LogFields, type LogLevel } from "../../../shared/log/logger.ts";

function linesAt(level: LogLevel): { readonly lines: string[]; readonly log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  const now = () => Date.UTC(2026, 10, 2, 8, 0, 0);
  return { lines, log: createLogger({ plane: "agent", level, now, write: (line) => void lines.push(line) }) };
}

test("a record is one JSON line with level, msg, plane, ts and the fields of the call", () => {
  const { lines, log } = linesAt("info");
  log.with({ pool: "linux" }).info("slot started", { slot: "hl-1", ms: 12 });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    level: "info",
    msg: "slot started",
    plane: "agent",
    ts: "2026-11-02T08:00:00.000Z",
    pool: "linux",
    slot: "hl-1",
    ms: 12,
  });
});

test.each(LOG_LEVELS.map((level, index) => [level, LOG_LEVELS.slice(0, index + 1)] as const))(
  "at level %s nothing below it is printed",
  (level, printed) => {
    const { lines, log } = linesAt(level);
    for (const each of LOG_LEVELS) log[each](each);
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(printed);
  },
);

test("with() leaves the logger it came from as it was, and the call's own field wins", () => {
  const { lines, log } = linesAt("info");
  const bound = log.with({ pool: "a" });
  bound.with({ slot: "s" }).info("inner", { pool: "b" });
  log.info("outer");
  const [inner, outer] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(inner).toMatchObject({ pool: "b", slot: "s" });
  expect(outer).not.toHaveProperty("pool");
});

test("a field cannot take the place of what every record has", () => {
  const { lines, log } = linesAt("info");
  log.info("link down", { level: "debug", msg: "x", plane: "y", ts: "z", code: 1006 });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "info", msg: "link down", plane: "agent", code: 1006 });
});

propertyTest.prop([fc.string({ unit: "binary" }), fc.string({ unit: "binary" })])(
  "whatever text a record holds, it stays one line and comes back as it was",
  (msg, field) => {
    const { lines, log } = linesAt("info");
    log.error(msg, { field });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\n\r]/);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ msg, field });
  },
);

test("a value that JSON cannot hold costs the fields, never the caller", () => {
  const { lines, log } = linesAt("info");
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const fields = { value: circular, big: 1n } as unknown as LogFields;
  expect(() => log.error("odd", fields)).not.toThrow();
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "error", msg: "odd" });
});

test("the silent logger stays silent, whatever is bound to it", () => {
  expect(silentLogger.with({ pool: "a" })).toBe(silentLogger);
});
