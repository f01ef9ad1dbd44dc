import { expect, test } from "vitest";

import { FakeEngine, type FakeAnswer } from "../../../stand-ins/docker/fake-engine.ts";
import { providerOn } from "../../../stand-ins/docker/slot-fixtures.ts";

const GO = new AbortController().signal;
const NAMES = ["hookline-mine--home-aaaaaaaaaa", "hookline-mine--home-bbbbbbbbbb", "hookline-mine--home-cccccccccc"];
const LABELS = {
  "hookline.instance": "mine",
  "hookline.pool": "home",
  "hookline.scope": "acme",
  "hookline.runner-id": "7",
};

/** Three containers of ours, of which the engine cannot inspect the second: it fails, or hangs. */
function engineWith(stuck: "fails" | "hangs", state = "running"): FakeAnswer {
  return ({ path }, response) => {
    const json = (status: number, body: unknown): true => {
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
      return true;
    };
    if (path === "/containers/json") {
      return json(
        200,
        NAMES.map((name, n) => ({
          Id: `id${n}`,
          Names: [`/${name}`],
          Labels: LABELS,
          State: n === 1 ? state : "running",
          Created: 1_795_420_000,
        })),
      );
    }
    const [, ref] = /^\/containers\/([^/]+)\/json$/.exec(path) ?? [];
    if (ref === undefined) return false;
    const at = NAMES.findIndex((name, n) => ref === `id${n}` || ref === name);
    if (at === 1)
      return stuck === "hangs" ? true : json(500, { message: "RWLayer of container id1 is unexpectedly nil" });
    const State = {
      Status: "running",
      ExitCode: 0,
      OOMKilled: false,
      StartedAt: "2026-11-25T10:00:00Z",
      FinishedAt: "0001-01-01T00:00:00Z",
    };
    return json(200, {
      Id: `id${at}`,
      Name: `/${NAMES[at]}`,
      Created: "2026-11-25T10:00:00Z",
      Config: { Labels: LABELS },
      State,
    });
  };
}

test.each(["fails", "hangs"] as const)(
  "H3 C-8: a container that the engine cannot inspect (%s) hides no other, and is listed by its row",
  async (stuck) => {
    await using engine = await FakeEngine.start({ answer: engineWith(stuck) });
    const { provider, lines } = providerOn(engine.host, "mine");
    const slots = await provider.list(GO);
    expect(slots.map(({ name, state }) => [name, state])).toEqual(NAMES.map((name) => [name, "running"]));
    expect(slots[1]).toMatchObject({ poolKey: "home", scope: "acme", runnerId: 7, exitCode: null });
    expect(lines.filter((line) => line.includes('"warn"') && line.includes(NAMES[1] ?? ""))).toHaveLength(1);
  },
);

test.each(["dead", "removing", "exited"])(
  "H3: a row in the state %s is of a container that has ended",
  async (state) => {
    await using engine = await FakeEngine.start({ answer: engineWith("fails", state) });
    const slots = await providerOn(engine.host, "mine").provider.list(GO);
    expect(slots[1]).toMatchObject({ state: "exited", exitCode: null });
  },
);
