import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { shippedAllowList } from "./allow-list-proxy.ts";
import { SETTING_NAMES } from "../../agent/settings/settings-table.ts";
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

/** Settings that the compose files fix, and where. */
const FIXED: Readonly<Record<string, string>> = {
  HOOKLINE_CONFIG: "the image's, where the pools file is mounted",
  HOOKLINE_DATA: "the image's, where the volume is mounted",
  HOOKLINE_CALL: "the image's, by the name of the container",
  DOCKER_HOST: "the engine whose socket is mounted, or the proxy",
  HOOKLINE_TOKEN: "a secret's file",
  GITHUB_TOKEN: "a secret's file",
  GITHUB_APP_ID: "compose.app.yaml",
  GITHUB_APP_PRIVATE_KEY: "compose.app.yaml, a secret's file",
  GITHUB_APP_INSTALLATION_ID: "compose.app.yaml",
  HOOKLINE_TOKEN_PREVIOUS: "the standalone receiver alone reads it",
  GITHUB_WEBHOOK_SECRET_PREVIOUS: "the standalone receiver alone reads it",
  HOOKLINE_READ_TOKEN: "the standalone receiver alone reads it",
  HOOKLINE_READ_TOKEN_PREVIOUS: "the standalone receiver alone reads it",
  HOOKLINE_STALE_MINUTES: "the standalone receiver alone reads it",
  HOOKLINE_RETENTION_DAYS: "the standalone receiver alone reads it",
  HOOKLINE_BACKLOG_SIGNALS: "the standalone receiver alone reads it",
};

test.each(FILES)("%s hands every setting of config/.env to the agent, an unset one as unset", (name) => {
  const { environment } = composeFile(name).services["agent"] ?? {};
  for (const setting of SETTING_NAMES.filter((each) => !(each in FIXED))) {
    const fallback = { LOG_LEVEL: "info", TZ: "UTC" }[setting as string] ?? "";
    expect(environment, setting).toHaveProperty([setting], `\${${setting}:-${fallback}}`);
  }
  // Without a value it is handed on if it is set, and else not at all: the pools file has a default for it then.
  expect(environment).toHaveProperty(["GITHUB_ORGANIZATION"], null);
});

test("compose.app.yaml hands on what an App needs beside its key", () => {
  const text = readFileSync(join(root, "config/compose.app.yaml"), "utf8");
  expect(text).toContain("GITHUB_APP_INSTALLATION_ID: ${GITHUB_APP_INSTALLATION_ID:-}");
});
