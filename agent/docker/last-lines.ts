import type { Engine, EngineCall } from "./engine.ts";
import { joinLogFrames } from "./log-frames.ts";
import { nullOn } from "./null-on.ts";

/**
 * The last `lines` of the output that a call to `logs` reads; null where that is gone, or its log driver keeps nothing
 * that can be read. Rejects with DockerError, or with the call's reason once that is aborted.
 */
export function lastLines(engine: Engine, logs: EngineCall, lines: number): Promise<string | null> {
  const call = { ...logs, query: { stdout: 1, stderr: 1, tail: lines } };
  const text = engine.send(call, [200]).then(async (answer) => joinLogFrames(await engine.body(call, answer)));
  return nullOn(text, "not-found", "unsupported");
}
