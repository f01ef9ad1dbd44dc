import { vi } from "vitest";

/** What the Worker has logged, as text and as records. */
export interface CapturedConsole {
  text(): string;
  records(): readonly Record<string, unknown>[];
}

/** Keeps what the Worker logs from now on; ends with `vi.restoreAllMocks()`. */
export function captureConsole(): CapturedConsole {
  const spy = vi.spyOn(console, "log").mockImplementation(() => {});
  const lines = (): readonly string[] => spy.mock.calls.map(([line]) => String(line));
  return {
    text: () => lines().join("\n"),
    records: () => lines().map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}
