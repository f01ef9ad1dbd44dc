import { expect } from "vitest";

import { dockerTest } from "../stand-ins/docker/engine.ts";
import { benchAgent, SMALLEST } from "./agent.ts";

dockerTest("pnpm bench agent: at its smallest size each figure is there", async () => {
  const { figures } = await benchAgent(SMALLEST);
  const { jobCpuMs, idleHourCpuMs, residentAnonKib, residentKib, histories } = figures;
  for (const figure of [jobCpuMs, idleHourCpuMs, residentAnonKib]) expect(figure).toBeGreaterThan(0);
  expect(residentAnonKib).toBeLessThan(residentKib);
  expect(histories).toEqual([{ finishedJobs: 10, residentAnonKib: expect.any(Number) }]);
});
