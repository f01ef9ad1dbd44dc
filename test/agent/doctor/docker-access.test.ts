import { expect, onTestFinished, test } from "vitest";

import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { Readings } from "../../../agent/doctor/check/readings.ts";
import { judgeDockerAccess } from "../../../agent/doctor/docker/access-check.ts";
import { DockerFacts } from "../../../agent/doctor/docker/docker-facts.ts";
import { FakeEngine, json } from "../../stand-ins/docker/fake-engine.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

test("promise 12: what is tried on a container is asked of one that cannot exist, by name or by the beginning of an id", async () => {
  const refs: string[] = [];
  const engine = await FakeEngine.start({
    answer: ({ path }, response) => {
      const [, ref] = /^\/containers\/([^/]+)\/(?:start|stop|kill|json|logs)$/.exec(path) ?? [];
      if (ref === undefined) return false;
      refs.push(ref);
      json(response, 404, { message: `No such container: ${ref}` });
      return true;
    },
  });
  onTestFinished(() => engine.stop());
  const client = new DockerClient(engine.host);
  onTestFinished(() => client.close());
  const readings = new Readings({ clock: new VirtualClock(), most: 4, late: () => new Error("late") });
  await judgeDockerAccess(new DockerFacts(client, readings), new AbortController().signal);
  expect(refs).toHaveLength(5);
  for (const ref of refs) {
    expect(ref).not.toMatch(/^[0-9a-f]+$/);
    expect(ref).not.toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/);
  }
});
