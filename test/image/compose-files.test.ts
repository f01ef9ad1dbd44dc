import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { shippedAllowList } from "./allow-list-proxy.ts";
import { composeFile, FILES, root } from "./compose-files.ts";

test.each(FILES)(
  "N18 %s says nothing that Compose 2.9 does not know, publishes no port and leaves logging to the host",
  (name) => {
    const text = readFileSync(join(root, "config", name), "utf8");
    expect(composeFile(name).services).toHaveProperty("agent");
    for (const late of ["develop:", "include:", "content:", "required:", "attach:", "pull_policy:", "privileged"]) {
      expect(text).not.toContain(late);
    }
  },
);

test("the compose file gives the socket proxy the very list that is shipped as data", () => {
  const flags = composeFile("compose.socket-proxy.yaml").services["socket-proxy"]?.command ?? [];
  const given = flags.flatMap((flag) => {
    const match = /^-allow([A-Z]+)=(.*)$/.exec(flag);
    return match === null ? [] : [[match[1], match[2]]];
  });
  const shipped = Object.entries(shippedAllowList()).flatMap(([method, paths]) => paths.map((path) => [method, path]));
  expect(given).toEqual(shipped);
  expect(flags).toContain("-allowbindmountfrom=/nonexistent");
});

test("neither file hands the agent what it could do without", () => {
  expect(composeFile("compose.socket-proxy.yaml").services["agent"]?.volumes.join()).not.toContain("docker.sock");
  expect(composeFile("compose.yaml").services["agent"]?.volumes).toContain("/var/run/docker.sock:/var/run/docker.sock");
});
