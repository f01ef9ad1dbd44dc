import { expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { rawCall } from "../stand-ins/docker/raw-call.ts";
import { holds, report } from "./run-demo.ts";

dockerTest("the demo with real containers does the same and leaves nothing in Docker", async () => {
  holds(await report("--docker", "--jobs", "6", "--rate", "4"), 6);
  const filters = encodeURIComponent(JSON.stringify({ name: ["hookline-demo-"] }));
  expect(JSON.parse(await rawCall("GET", `/containers/json?all=1&filters=${filters}`))).toEqual([]);
});

dockerTest("the standalone receiver with real containers does the same", async () => {
  holds(await report("--standalone", "--docker", "--jobs", "6", "--rate", "4"), 6);
});
