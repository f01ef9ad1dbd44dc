import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DockerHost } from "../../../agent/docker/docker-host.ts";
import { CuttableRelay } from "../network/cuttable-relay.ts";

/** A socket before the engine's that can be cut, as a socket proxy cuts long answers and a reboot cuts everything. */
export interface CuttableProxy extends AsyncDisposable, Pick<CuttableRelay, "cut" | "mend"> {
  readonly host: DockerHost & { readonly kind: "unix" };
}

export async function startCuttableProxy(engine: DockerHost): Promise<CuttableProxy> {
  const folder = await mkdtemp(join(tmpdir(), "hookline-proxy-"));
  const host = { kind: "unix", socketPath: join(folder, "docker.sock") } as const;
  const relay = await CuttableRelay.listen({ path: host.socketPath }, () =>
    engine.kind === "unix" ? connect(engine.socketPath) : connect(engine.port, engine.hostname),
  );
  return {
    host,
    cut: () => relay.cut(),
    mend: () => relay.mend(),
    [Symbol.asyncDispose]: async () => {
      await relay[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
