import * as z from "zod";

import { pollAnswer, RUNNER_PREFIX, workAnswer } from "./runner-protocol/runner-protocol.ts";

/** Never comes online; goes away in the middle of its job; is refused for its version, as the real one tells by exit 7. */
export type RunnerMischief = "never-registers" | "dies-mid-job" | "version-refused";

export interface StandInOptions {
  /** As the real runner takes it, by argument or environment. */
  readonly jitConfig: string;
  /** Asks it to stop, as SIGTERM does. */
  readonly signal: AbortSignal;
  /** Takes the lines that the real runner would print. */
  readonly log?: (line: string) => void;
  readonly mischief?: RunnerMischief;
}

const files = z.object({ ".runner": z.string() });
const settings = z.object({ AgentName: z.string(), ServerUrl: z.url(), Token: z.string() });
type Settings = z.infer<typeof settings>;

/** Ended by SIGTERM, killed, refused for its version. */
const TERMINATED = { exitCode: 143 };
const KILLED = { exitCode: 137 };
const REFUSED = { exitCode: 7 };

/**
 * Does what a runner in a container does, in this process: comes online, runs one job, ends with 0 whatever became of the
 * job, as run.sh does. Ends with 0 too when it is no longer registered. Rejects only when its configuration is unreadable
 * or nothing answers where that points.
 */
export async function runStandInRunner(options: StandInOptions): Promise<{ readonly exitCode: number }> {
  const { signal, mischief, log = () => {} } = options;
  const self = decodeJitConfig(options.jitConfig);
  if (mischief === "version-refused") return REFUSED;
  if (mischief === "never-registers") return untilAborted(signal);
  try {
    log("√ Connected to GitHub");
    log("Listening for Jobs");
    while (await nextJob(self, signal)) {
      const conclusion = await work(self, options);
      if (conclusion === "died") return KILLED;
      if (conclusion === null) continue;
      await ask(self, "done", { conclusion });
      log(`Job completed with result: ${conclusion}`);
      if (signal.aborted) return TERMINATED;
      break;
    }
    return { exitCode: 0 };
  } catch (error) {
    if (signal.aborted) return TERMINATED;
    throw error;
  }
}

/** False when the runner is not registered any more. */
async function nextJob(self: Settings, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    const answer = pollAnswer.parse(await (await ask(self, "poll", {}, signal)).json());
    if ("gone" in answer) return false;
    if (answer.jobId !== null) return true;
  }
}

/** How the job ended; `cancelled` when the runner was told to stop, null when the job was taken away again. */
async function work(self: Settings, { signal, mischief, log = () => {} }: StandInOptions): Promise<string | null> {
  const cut = new AbortController();
  try {
    const answer = await ask(self, "work", {}, AbortSignal.any([signal, cut.signal]));
    log("Running job");
    if (mischief === "dies-mid-job") {
      cut.abort();
      return "died";
    }
    const text = await answer.text();
    const read = JSON.parse(text) as unknown;
    return pollAnswer.options[0].safeParse(read).success ? null : workAnswer.parse(read).conclusion;
  } catch (error) {
    if (signal.aborted) return "cancelled";
    throw error;
  }
}

function ask(self: Settings, call: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(`${self.ServerUrl}${RUNNER_PREFIX}${call}`, {
    method: "POST",
    headers: { authorization: `Bearer ${self.Token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Reads the configuration as the real runner does: base64 of a map of files, each in base64. */
export function decodeJitConfig(jitConfig: string): Settings {
  return settings.parse(fromBase64(files.parse(fromBase64(jitConfig))[".runner"]));
}

function fromBase64(text: string): unknown {
  return JSON.parse(Buffer.from(text, "base64").toString("utf8")) as unknown;
}

function untilAborted(signal: AbortSignal): Promise<{ readonly exitCode: number }> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(TERMINATED);
    signal.addEventListener("abort", () => resolve(TERMINATED), { once: true });
  });
}
