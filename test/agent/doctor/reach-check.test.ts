import { expect, onTestFinished, test } from "vitest";

import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { systemClock } from "../../../agent/clock/system-clock.ts";
import { Readings } from "../../../agent/doctor/check/readings.ts";
import { runCheck, type CheckResult } from "../../../agent/doctor/check/check.ts";
import { DockerFacts } from "../../../agent/doctor/docker/docker-facts.ts";
import { reachChecks } from "../../../agent/doctor/docker/reach-check.ts";
import { HelperContainers } from "../../../agent/slots/docker/helper-container.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { FakeEngine, json } from "../../stand-ins/docker/fake-engine.ts";

const ROUTES = (gateway: string): string => `Iface\tDestination\tGateway\neth0\t00000000\t${gateway}\t0003\n---\n`;
const HOST = `${ROUTES("0101A8C0")}  |-- 192.168.1.10\n      /32 host LOCAL\n  |-- 127.0.0.1\n      /32 host LOCAL\n`;

/** What the doctor finds where a container prints `knocked` when it knocks; the engine takes its helpers as it does. */
async function found(knocked: string, change: Partial<Pool> = {}): Promise<CheckResult | undefined> {
  const printed: string[] = [];
  const engine = await FakeEngine.start({
    answer: ({ method, path, body }, response) => {
      if (path === "/containers/create") {
        const { Cmd, HostConfig } = JSON.parse(body) as { Cmd: string[]; HostConfig: { NetworkMode: string } };
        const looks = Cmd[1]?.startsWith("cat") === true;
        printed.push(!looks ? knocked : HostConfig.NetworkMode === "host" ? HOST : ROUTES("01631EAC"));
        json(response, 201, { Id: String(printed.length).padStart(64, "0"), Warnings: [] });
        return true;
      }
      const [, id = "", what = ""] = /^\/containers\/(\d+)\/?(\w*)$/.exec(path) ?? [];
      if (id === "") return false;
      if (what === "logs") {
        const text = Buffer.from(printed[Number(id) - 1] ?? "");
        const head = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);
        head.writeUInt32BE(text.length, 4);
        response.writeHead(200).end(Buffer.concat([head, text]));
      } else if (what === "wait") json(response, 200, { StatusCode: 0 });
      else if (method === "GET") return false;
      else response.writeHead(204).end();
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const client = new DockerClient(engine.host);
  onTestFinished(() => client.close());
  const readings = new Readings({ clock: systemClock, most: 4, late: () => new Error("late") });
  onTestFinished(() => readings.close());
  const helpers = new HelperContainers({ client, instance: "nas", random: Math.random, log: silentLogger });
  const fleet = { version: 2 as const, pools: [poolOf(change)] };
  const [check] = reachChecks(new DockerFacts(client, readings), fleet, helpers);
  return check === undefined ? undefined : runCheck(check, systemClock);
}

const OPEN = "192.168.1.1 80 open\n192.168.1.1 22 refused\n172.30.99.1 5000 open\n192.168.1.10 22 refused\n";

test("what jobs of a private pool reach is told and not held against it", async () => {
  const finding = await found(OPEN, { visibility: "private" });
  expect(finding).toMatchObject({ status: "pass" });
  expect(finding?.summary).toMatch(
    /can reach the router 192\.168\.1\.1 \(open: 80\) and this machine's own ports \(open: 5000\)/,
  );
});

test("for a pool that takes public repositories it is a warning, with the page that helps", async () => {
  expect(await found(OPEN, { visibility: "any" })).toMatchObject({
    status: "warn",
    remedy: expect.stringContaining("docs/home-network.md") as string,
  });
});

test("a port that is closed is a machine that is reached", async () => {
  const finding = await found("192.168.1.1 80 silent\n172.30.99.1 22 refused\n", { visibility: "public" });
  expect(finding).toMatchObject({ status: "warn" });
  expect(finding?.summary).toContain("reachable; the ports tried are closed");
});

test("where nothing answers, jobs are kept out", async () => {
  expect(await found("192.168.1.1 80 silent\n172.30.99.1 22 silent\n", { visibility: "any" })).toMatchObject({
    status: "pass",
    summary: expect.stringContaining("reach neither") as string,
  });
});

test("an image that cannot knock, or that printed nothing, is a skip and no pass", async () => {
  expect(await found("no-tool\n")).toMatchObject({ status: "skip" });
  expect(await found("")).toMatchObject({ status: "skip" });
});

test("a pool on the host's network reaches what the machine reaches", async () => {
  expect(await found("", { network: "host", visibility: "any" })).toMatchObject({ status: "warn" });
});
