import { expect, test } from "vitest";

import { probeChecks } from "../../../agent/doctor/probe/probe.ts";
import { readSettings } from "../../../agent/settings/settings.ts";
import { loadText } from "../../shared/fleet/load-text.ts";
import { localServer } from "../../stand-ins/http/local-server.ts";
import { untilDone } from "../../stand-ins/time/until-done.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { freshnessOf } from "./freshness-sample.ts";

test("E-1: a probe whose acknowledgement does not come asks the edge a few times in its nine seconds, not hundreds of times", async () => {
  const clock = new VirtualClock();
  const asked: number[] = [];
  const url = await localServer(({ url: path }, response) => {
    if (path === "/freshness") asked.push(clock.now());
    response.writeHead(path === "/freshness" ? 200 : 202);
    response.end(JSON.stringify(path === "/freshness" ? freshnessOf({ acked: 12 }) : { status: "stored", seq: 13 }));
  });
  const env = { HOOKLINE_EDGE_URL: url, HOOKLINE_TOKEN: "token", GITHUB_WEBHOOK_SECRET: "secret" };
  const options = {
    settings: readSettings({ env, cwd: "/nowhere" }),
    fleet: loadText("version: 2\npools:\n  - { key: nas, organization: acme, labels: [nas] }\n").fleet,
    github: null,
    clock,
    random: () => 0.5,
  };
  const { checks } = probeChecks(options);
  const run = (id: string) =>
    untilDone(clock, Promise.resolve(checks.find((check) => check.id === id)?.run(new AbortController().signal)));
  expect(await run("probe-mailbox")).toMatchObject({ status: "pass" });
  expect(await run("probe-ack")).toMatchObject({ status: "fail" });
  expect((asked.at(-1) ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(8000);
  expect(asked.length).toBeLessThanOrEqual(20);
});
