import { expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { rawCall } from "../stand-ins/docker/raw-call.ts";
import { ChildProcessGroup } from "../stand-ins/process/child-process-group.ts";
import { DEMO, holds, report } from "./run-demo.ts";

/** Of every demo that runs here. */
async function containersOfDemos(): Promise<readonly unknown[]> {
  const filters = encodeURIComponent(JSON.stringify({ name: ["hookline-demo-"] }));
  return JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${filters}`)) as readonly unknown[];
}

dockerTest("the demo with real containers does the same and leaves nothing in Docker", async () => {
  holds(await report("--docker", "--jobs", "6", "--rate", "4"), 6);
  expect(await containersOfDemos()).toEqual([]);
});

dockerTest("the standalone receiver with real containers does the same", async () => {
  holds(await report("--standalone", "--docker", "--jobs", "6", "--rate", "4"), 6);
});

dockerTest("a demo that is ended by Ctrl-C clears its containers away, and says so", async () => {
  const { PATH = "", DOCKER_HOST = "", ENGINE_TEST_MARK = "" } = process.env;
  const env = { PATH, DOCKER_HOST, ENGINE_TEST_MARK };
  const demo = ChildProcessGroup.node(DEMO, ["--docker", "--jobs", "60", "--rate", "3"], env);
  await demo.waitForLine(/hookline-demo-/);
  expect(await demo.kill("SIGINT")).toBe(130);
  expect(demo.output.join("\n")).toContain("cleared away");
  expect(await containersOfDemos()).toEqual([]);
});
