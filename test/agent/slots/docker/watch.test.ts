import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { VirtualClock } from "../../../stand-ins/time/virtual-clock.ts";
import { DockerClient } from "../../../../agent/docker/docker-client.ts";
import { DockerSlotProvider } from "../../../../agent/slots/docker/docker-provider.ts";
import { FakeEngine, type FakeAnswer } from "../../../stand-ins/docker/fake-engine.ts";
import { keepingLogger, providerOn } from "../../../stand-ins/docker/slot-fixtures.ts";
import { watching } from "../../../stand-ins/docker/watching.ts";

/** Hands out the event streams that the provider opens. */
function eventStreams(streams: ServerResponse[]): FakeAnswer {
  return ({ path }, response) => {
    if (path !== "/events") return false;
    response.writeHead(200, { "Content-Type": "application/json" });
    response.flushHeaders();
    streams.push(response);
    return true;
  };
}

function died(name: string, attributes: Readonly<Record<string, string>>, nano = 1_795_470_680_829_123_457n): string {
  const actor = JSON.stringify({ ID: "c0ffee", Attributes: { name, ...attributes } });
  return `{"Type":"container","Action":"die","Actor":${actor},"time":1795470680,"timeNano":${nano}}\n`;
}

test("300 exits in one burst, cut at odd places, are all reported once", async () => {
  const streams: ServerResponse[] = [];
  await using engine = await FakeEngine.start({ answer: eventStreams(streams) });
  const watch = watching(providerOn(engine.host, "mine").provider);
  await expect.poll(watch.resyncs).toBe(1);
  const names = Array.from({ length: 300 }, (_, index) => `hl-schön-${index}`);
  const burst = Buffer.from(
    names.map((name, index) => died(name, { "hookline.instance": "mine", exitCode: String(index % 256) })).join(""),
  );
  for (let at = 0; at < burst.length; at += 1_021) streams[0]?.write(burst.subarray(at, at + 1_021));
  await expect.poll(() => watch.changes.length).toBe(301);
  expect(watch.changes.slice(1)).toEqual(names.map((name, index) => ({ kind: "exited", name, exitCode: index % 256 })));
  await watch.stop();
});

test("promise 15: events are asked for from the engine's own time on, so none falls between answer and subscription", async () => {
  const streams: ServerResponse[] = [];
  await using engine = await FakeEngine.start({ answer: eventStreams(streams) });
  const watch = watching(providerOn(engine.host, "mine").provider);
  await expect.poll(watch.resyncs).toBe(1);
  const query = engine.requests.find(({ path }) => path === "/events")?.query;
  expect(query?.get("since")).toBe("1795420800.123456789");
  expect(JSON.parse(query?.get("filters") ?? "")).toEqual({ type: ["container"], label: ["hookline.instance=mine"] });
  await watch.stop();
});

test("N15 the end of the stream is no exit: the provider asks again, agrees on the version anew and resyncs", async () => {
  const streams: ServerResponse[] = [];
  await using engine = await FakeEngine.start({ answer: eventStreams(streams) });
  const watch = watching(providerOn(engine.host, "mine").provider);
  await expect.poll(watch.resyncs).toBe(1);
  streams[0]?.end();
  await expect.poll(watch.resyncs).toBe(2);
  expect(watch.changes).toEqual([{ kind: "resync" }, { kind: "resync" }]);
  expect(engine.requests.filter(({ path }) => path === "/_ping")).toHaveLength(2);
  await watch.stop();
});

test("what is not ours or not an exit is not reported, and a Podman engine is understood", async () => {
  const streams: ServerResponse[] = [];
  await using engine = await FakeEngine.start({ answer: eventStreams(streams) });
  const watch = watching(providerOn(engine.host, "mine").provider);
  await expect.poll(watch.resyncs).toBe(1);
  streams[0]?.write(died("foreign", { "hookline.instance": "yours", exitCode: "0" }));
  streams[0]?.write(died("early", { "hookline.instance": "mine" }).replace('"die"', '"start"'));
  streams[0]?.write(died("podman", { "hookline.instance": "mine", containerExitCode: "4" }).replace('"die"', '"died"'));
  streams[0]?.write(died("silent", { "hookline.instance": "mine" }));
  await expect.poll(() => watch.changes.length).toBe(3);
  expect(watch.changes.slice(1)).toEqual([
    { kind: "exited", name: "podman", exitCode: 4 },
    { kind: "exited", name: "silent", exitCode: null },
  ]);
  await watch.stop();
});

test("an event that cannot be read ends in a resync, not in silence", async () => {
  const streams: ServerResponse[] = [];
  await using engine = await FakeEngine.start({ answer: eventStreams(streams) });
  const { provider, lines } = providerOn(engine.host, "mine");
  const watch = watching(provider);
  await expect.poll(watch.resyncs).toBe(1);
  streams[0]?.write('{"Action":7}\n');
  await expect.poll(watch.resyncs).toBe(2);
  expect(lines.join("\n")).toContain("GET /events");
  await watch.stop();
});

test("while the engine is away the waits grow to half a minute, and a good connection makes them small again", async () => {
  const clock = new VirtualClock();
  const streams: ServerResponse[] = [];
  let refused = 0;
  const events = eventStreams(streams);
  await using engine = await FakeEngine.start({
    answer: (request, response) => {
      if (refused === 9) return events(request, response);
      refused += 1;
      response.writeHead(503).end();
      return true;
    },
  });
  const provider = new DockerSlotProvider({
    client: new DockerClient(engine.host),
    instance: "mine",
    clock,
    random: () => 0.999,
    log: keepingLogger().log,
  });
  const watch = watching(provider);
  const waits: number[] = [];
  for (let turn = 0; turn < 9; turn += 1) waits.push(await nextWait(clock));
  expect(waits.map(Math.round)).toEqual([250, 500, 999, 1998, 3996, 7992, 15984, 29970, 29970]);
  await expect.poll(watch.resyncs).toBe(1);
  await clock.advance(60_000);
  streams[0]?.end();
  expect(Math.round(await nextWait(clock))).toBe(250);
  await watch.stop();
});

/** Waits until the provider sleeps, says for how long, and lets that time go by. */
async function nextWait(clock: VirtualClock): Promise<number> {
  await expect.poll(() => clock.pending, { interval: 5 }).toBe(1);
  const waitMs = (clock.nextAtMs ?? 0) - clock.now();
  await clock.advance(waitMs);
  return waitMs;
}
