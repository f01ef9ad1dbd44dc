import { once } from "node:events";

import { WebSocket } from "ws";
import * as z from "zod";

import { PROTOCOL_VERSION, SUBPROTOCOL } from "../../../shared/link/protocol.ts";
import { VERSION } from "../../../shared/version.ts";
import type { DoctorWorld } from "./doctor-world.ts";

const batchSchema = z.looseObject({
  type: z.string(),
  fence: z.number().optional(),
  signals: z.array(z.looseObject({ seq: z.number() })).optional(),
});

/** Links to the edge in the agent's place and calls the next signal unreadable. Gives what puts it back. */
export async function poisonEverything(world: DoctorWorld): Promise<() => Promise<void>> {
  const { edge, env, instance, github } = world;
  const socket = new WebSocket(`${edge.url.replace("http", "ws")}/link`, SUBPROTOCOL, {
    headers: { authorization: `Bearer ${env["HOOKLINE_TOKEN"]}` },
  });
  await once(socket, "open");
  const frames: string[] = [];
  socket.on("message", (data: Buffer) => void frames.push(data.toString("utf8")));
  socket.send(
    JSON.stringify({
      type: "hello",
      protocol: PROTOCOL_VERSION,
      requires: [],
      instance,
      boot: crypto.randomUUID(),
      host: "poisoned",
      // One of an older version would get its letters back as soon as the real agent connects.
      agentVersion: VERSION,
      stream: null,
      acked: 0,
      routes: [{ owner: "acme", labels: ["nobody-has-this"] }],
      window: 64,
    }),
  );
  const next = async (type: string): Promise<z.output<typeof batchSchema>> => {
    for (;;) {
      const found = frames.map((text) => batchSchema.parse(JSON.parse(text))).find((frame) => frame.type === type);
      if (found !== undefined) return found;
      await once(socket, "message");
    }
  };
  await next("welcome");
  github.queueJob({ repository: "acme/web", labels: ["nobody-has-this"], runsForMs: 1 });
  const { signals = [], fence } = await next("batch");
  const seq = signals[0]?.seq ?? 0;
  socket.send(JSON.stringify({ type: "nack", fence, seq, verdict: "poison", reason: "unreadable" }));
  const token = { headers: { authorization: `Bearer ${env["HOOKLINE_TOKEN"]}` } };
  const isDead = async (): Promise<boolean> =>
    ((await (await fetch(`${edge.url}/dead`, token)).json()) as { total: number }).total > 0;
  while (!(await isDead())) await once(socket, "message", { signal: AbortSignal.timeout(200) }).catch(() => undefined);
  socket.terminate();
  return async () => {
    await fetch(`${edge.url}/dead/${seq}/requeue`, { ...token, method: "POST" });
  };
}
