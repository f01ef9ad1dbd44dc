import { DELIVERIES_A_JOB, freePlan } from "./free-plan.ts";
import type { Figures } from "./figures.ts";

const DAY_S = 24 * 60 * 60;
const DAYS_A_MONTH = 30;
const JOBS = 1_000_000;
/** A busy second beside the day's average: what the page assumes. */
const PEAK = 5;

/** https://developers.cloudflare.com/durable-objects/platform/pricing/, https://developers.cloudflare.com/workers/platform/pricing/ */
const PAID_PLAN = {
  baseDollars: 5,
  rowsWritten: { included: 50e6, dollarsAMillion: 1 },
  rowsRead: { included: 25e9, dollarsAMillion: 0.001 },
  objectRequests: { included: 1e6, dollarsAMillion: 0.15 },
  workerRequests: { included: 10e6, dollarsAMillion: 0.3 },
};

/** https://developers.cloudflare.com/durable-objects/best-practices/rules-of-durable-objects/ (with writes, the lower end) and …/platform/limits/ */
const OBJECT = { requestsASecond: 200, bytes: 10e9 };
const EDGE_DAYS = 7;
const HOME_DAYS = 3;

/**
 * https://docs.github.com/en/rest/rate-limit/rate-limit (actions_runner_registration), https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 * (900 points a minute for an endpoint, 5 for a write), https://docs.github.com/en/actions/reference/limits
 */
const GITHUB = { registrationsAnHour: 10_000, writesAMinute: 900 / 5, registrationsInFiveMinutes: 1500 };

export interface ScaleSums {
  readonly jobsASecond: number;
  readonly deliveriesASecond: number;
  readonly peakDeliveriesASecond: number;
  /** A month, in millions. */
  readonly month: { readonly rowsWritten: number; readonly rowsRead: number; readonly requests: number };
  readonly dollarsAMonth: number;
  /** Objects that a day needs, by requests at the peak and by what they keep. */
  readonly objects: { readonly byRate: number; readonly byStorage: number; readonly storedGB: number };
  /** Installations or organizations that a day needs, spread evenly and at the peak. */
  readonly github: {
    readonly byHour: number;
    readonly byMinute: number;
    readonly byOrganization: number;
    readonly atPeak: number;
  };
  readonly fleets: number;
  readonly engines: { readonly startsASecond: number; readonly evenly: number; readonly atPeak: number };
  readonly agentCoreShare: number;
  readonly journalGB: number;
}

/** A million jobs a day, worked out from what is recorded. */
export function scaleSums({ edge, history, chain, agent }: Figures): ScaleSums {
  const deliveries = JOBS * DELIVERIES_A_JOB;
  const cost = freePlan(edge.figures);
  const month = {
    rowsWritten: (cost.rowsWritten * deliveries * DAYS_A_MONTH) / 1e6,
    rowsRead: (cost.rowsRead * deliveries * DAYS_A_MONTH) / 1e6,
    requests: (cost.requests * deliveries * DAYS_A_MONTH) / 1e6,
  };
  const dollarsAMonth =
    PAID_PLAN.baseDollars +
    beyond(month.rowsWritten, PAID_PLAN.rowsWritten) +
    beyond(month.rowsRead, PAID_PLAN.rowsRead) +
    beyond(month.requests, PAID_PLAN.objectRequests) +
    beyond((deliveries * DAYS_A_MONTH) / 1e6, PAID_PLAN.workerRequests);
  const bytesASignal = history.figures.journalBytes / history.figures.signals;
  const storedBytes = deliveries * EDGE_DAYS * bytesASignal;
  const peakDeliveriesASecond = (PEAK * deliveries) / DAY_S;
  const github = {
    byHour: Math.ceil(JOBS / 24 / GITHUB.registrationsAnHour),
    byMinute: Math.ceil(JOBS / (24 * 60) / GITHUB.writesAMinute),
    byOrganization: Math.ceil(JOBS / (24 * 12) / GITHUB.registrationsInFiveMinutes),
    atPeak: Math.ceil((PEAK * JOBS) / (24 * 60) / GITHUB.writesAMinute),
  };
  const objects = {
    byRate: Math.ceil(peakDeliveriesASecond / OBJECT.requestsASecond),
    byStorage: Math.ceil(storedBytes / OBJECT.bytes),
    storedGB: storedBytes / 1e9,
  };
  const burst = chain?.figures.bursts.find(
    (each) => each.jobs === 20 && each.jitMs === 0 && each.engine === "as it is",
  );
  const startsASecond = burst === undefined ? Number.NaN : (1000 * burst.jobs) / burst.hooklineMs.last.median;
  const jobsASecond = JOBS / DAY_S;
  return {
    jobsASecond,
    deliveriesASecond: deliveries / DAY_S,
    peakDeliveriesASecond,
    month,
    dollarsAMonth,
    objects,
    github,
    fleets: Math.max(github.byHour, github.byMinute, github.byOrganization, objects.byRate, objects.byStorage),
    engines: {
      startsASecond,
      evenly: Math.ceil(jobsASecond / startsASecond),
      atPeak: Math.ceil((PEAK * jobsASecond) / startsASecond),
    },
    agentCoreShare: ((agent.figures.jobCpuMs ?? Number.NaN) * JOBS) / (1000 * DAY_S),
    journalGB: (deliveries * HOME_DAYS * bytesASignal) / 1e9,
  };
}

/** Dollars for what goes beyond what the plan includes; `millions` a month. */
function beyond(
  millions: number,
  { included, dollarsAMillion }: { included: number; dollarsAMillion: number },
): number {
  return Math.max(0, millions - included / 1e6) * dollarsAMillion;
}
