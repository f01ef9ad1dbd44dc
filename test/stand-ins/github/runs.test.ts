import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";

import { VirtualClock } from "../time/virtual-clock.ts";
import { createdRange } from "./rest/created-range.ts";
import { call } from "./support/api-client.ts";
import { startOcto } from "./support/octo.ts";

const RUNS = "/repos/octo/demo/actions/runs";

test("a run is in progress while later jobs of it are still queued", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const [first] = github.queueMatrix({ repository: "octo/demo", labels: ["x"], count: 2 });
  const listed = async (status: string): Promise<number> =>
    (await call(github, `GET ${RUNS}?status=${status}`, { token })).body.total_count as number;

  expect([await listed("queued"), await listed("in_progress")]).toEqual([1, 0]);
  github.takeElsewhere(first?.id ?? 0);
  expect([await listed("queued"), await listed("in_progress")]).toEqual([0, 1]);
  const jobs = await call(github, `GET ${RUNS}/${first?.runId}/jobs`, { token });
  expect(jobs.body.jobs.map((job: { status: string }) => job.status)).toEqual(["in_progress", "queued"]);
});

test("lists come in pages that lead to each other, a hundred at most", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const [first] = github.queueMatrix({ repository: "octo/demo", labels: ["x"], count: 205 });
  const seen = new Set<number>();
  let path: string | null = `${RUNS}/${first?.runId}/jobs?per_page=300`;
  let pages = 0;

  while (path !== null) {
    const page = await call(github, `GET ${path}`, { token });
    expect(page.body.total_count).toBe(205);
    for (const { id } of page.body.jobs as readonly { id: number }[]) seen.add(id);
    const next: string | undefined = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1];
    path = next === undefined ? null : next.slice(github.apiUrl.length);
    pages++;
  }

  expect([seen.size, pages]).toEqual([205, 3]);
});

test("a re-run of what failed has a new attempt and new job ids, and tells again of what succeeded", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  github.addHook({ scope: "octo", url: "http://127.0.0.1:9/" });
  const [good, bad] = github.queueMatrix({ repository: "octo/demo", labels: ["x"], count: 2 });
  if (good === undefined || bad === undefined) throw new Error("two jobs were queued");
  github.completeJob(good.id);
  github.completeJob(bad.id, "failure");

  const [again] = github.rerun(good.runId, { failedOnly: true });
  await github.deliveriesSettled();

  expect(again).toMatchObject({ runAttempt: 2, name: bad.name, status: "queued" });
  expect(again?.id).not.toBe(bad.id);
  const completed = github.deliveries().filter(({ action }) => action === "completed");
  expect(completed.map(({ jobId }) => jobId)).toEqual([good.id, bad.id, good.id]);
  const idsOf = async (filter: string): Promise<readonly number[]> => {
    const answer = await call(github, `GET ${RUNS}/${good.runId}/jobs?filter=${filter}`, { token });
    return answer.body.jobs.map(({ id }: { id: number }) => id) as readonly number[];
  };
  expect(await idsOf("latest")).toEqual([good.id, again?.id]);
  expect(await idsOf("all")).toEqual([good.id, bad.id, again?.id]);
});

test("runs are listed by when they were created", async () => {
  const clock = new VirtualClock(Date.UTC(2026, 10, 2, 8, 0, 0));
  await using octo = await startOcto({ clock });
  const { github, token } = octo;
  github.queueJob({ repository: "octo/demo", labels: ["x"] });
  const count = async (created: string): Promise<unknown> =>
    (await call(github, `GET ${RUNS}?created=${encodeURIComponent(created)}`, { token })).body.total_count;

  expect(await count(">=2026-11-02")).toBe(1);
  expect(await count(">2026-11-02")).toBe(0);
  expect(await count("2026-11-01..2026-11-02")).toBe(1);
  expect(await count("<2026-11-02T08:00:00Z")).toBe(0);
  expect(await count("yesterday")).toBeUndefined();
});

property.prop([
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
  fc.integer({ min: -4e12, max: 8e12 }),
])("an instant is before, at or after any other, and of these exactly one", (date, atMs) => {
  const text = `${date.toISOString().slice(0, 19)}Z`;
  const fits = ["<", "", ">"].map((operator) => createdRange(`${operator}${text}`)?.(atMs));

  expect(fits.filter(Boolean)).toHaveLength(1);
  expect(createdRange(`<=${text}`)?.(atMs)).toBe(fits[0] === true || fits[1] === true);
});

test("lists can be told to be empty, or to stay as they were", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const frozen = github.misbehave({ operation: "actions/list-workflow-runs-for-repo", fault: { kind: "frozen" } });
  const count = async (): Promise<number> => (await call(github, `GET ${RUNS}`, { token })).body.total_count as number;

  expect(await count()).toBe(0);
  github.queueJob({ repository: "octo/demo", labels: ["x"] });
  expect(await count()).toBe(0);
  frozen.stop();
  expect(await count()).toBe(1);
  github.misbehave({ operation: "actions/list-workflow-runs-for-repo", fault: { kind: "empty" }, times: 1 });
  expect(await count()).toBe(0);
  expect(await count()).toBe(1);
});

test("answers can be told to fail, to be late, to be cut off and to be no JSON", async () => {
  const clock = new VirtualClock();
  await using octo = await startOcto({ clock });
  const { github, token } = octo;
  const operation = "repos/get";
  const get = () => call(github, "GET /repos/octo/demo", { token });

  github.misbehave({ operation, fault: { kind: "status", status: 503 }, times: 1 });
  expect((await get()).status).toBe(503);
  github.misbehave({ operation, fault: { kind: "cut" }, times: 1 });
  await expect(get()).rejects.toThrow("fetch failed");
  github.misbehave({ operation, fault: { kind: "raw", status: 200, text: "<html>" }, times: 1 });
  await expect(get()).rejects.toThrow("JSON");
  github.misbehave({ operation, fault: { kind: "delay", delayMs: 5000 }, times: 1 });
  const late = get();
  await expect.poll(() => github.calls().length).toBe(4);
  await clock.advance(5000);
  expect((await late).status).toBe(200);
});
