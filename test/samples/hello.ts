import type { Hello } from "../../shared/link/hello.ts";
import { PROTOCOL_VERSION, WINDOW } from "../../shared/link/protocol.ts";

/** The first frame of an agent that serves one owner; `change` is what a test is about. */
export function hello(change: Partial<Hello> = {}): Hello {
  return {
    type: "hello",
    protocol: PROTOCOL_VERSION,
    instance: "nas",
    boot: "boot-1",
    agentVersion: "0.1.0",
    host: "nas.local",
    stream: null,
    acked: 0,
    routes: [{ owner: "acme", labels: ["self-hosted", "linux", "x64"] }],
    window: WINDOW,
    requires: [],
    ...change,
  };
}
