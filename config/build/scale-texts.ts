import type { Figures } from "./figures.ts";
import { NOT_RECORDED } from "./performance-tables.ts";
import { scaleSums, type ScaleSums } from "./scale-sums.ts";

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

function sum(text: (sums: ScaleSums) => string): (figures: Figures) => string {
  return (figures) => text(scaleSums(figures));
}

type Scale = NonNullable<Figures["scale"]>["figures"];

function measured(text: (scale: Scale) => string): (figures: Figures) => string {
  return ({ scale }) => (scale === undefined ? NOT_RECORDED : text(scale.figures));
}

/** What the page on a million jobs a day shows, by the name in its marker. */
export const SCALE_TEXTS: Readonly<Record<string, (figures: Figures) => string>> = {
  "scale.jobsASecond": sum(({ jobsASecond }) => `${jobsASecond.toFixed(1)} jobs`),
  "scale.deliveries": sum(({ deliveriesASecond }) => `${deliveriesASecond.toFixed(0)} deliveries`),
  "scale.peakDeliveries": sum(({ peakDeliveriesASecond }) => `${peakDeliveriesASecond.toFixed(0)} a second`),
  "scale.rowsWritten": sum(({ month }) => `${whole(month.rowsWritten)} million`),
  "scale.rowsRead": sum(({ month }) => `${whole(month.rowsRead)} million`),
  "scale.requests": sum(({ month }) => `${whole(month.requests)} million`),
  "scale.dollars": sum(({ dollarsAMonth }) => `$${whole(dollarsAMonth)}`),
  "scale.objectsByRate": sum(({ objects }) => String(objects.byRate)),
  "scale.objectsByStorage": sum(({ objects }) => String(objects.byStorage)),
  "scale.stored": sum(({ objects }) => `${objects.storedGB.toFixed(0)} GB`),
  "scale.byHour": sum(({ github }) => String(github.byHour)),
  "scale.byMinute": sum(({ github }) => String(github.byMinute)),
  "scale.byOrganization": sum(({ github }) => String(github.byOrganization)),
  "scale.byPeak": sum(({ github }) => String(github.atPeak)),
  "scale.fleets": sum(({ fleets }) => String(fleets)),
  "scale.fleetJobs": sum(({ fleets }) => whole(1_000_000 / fleets)),
  "scale.starts": sum(({ engines }) => `${engines.startsASecond.toFixed(0)} starts`),
  "scale.engines": sum(({ engines }) => String(engines.evenly)),
  "scale.enginesAtPeak": sum(({ engines }) => String(engines.atPeak)),
  "scale.agentShare": sum(({ agentCoreShare }) => percent(agentCoreShare)),
  "scale.journal": sum(({ journalGB }) => `${journalGB.toFixed(0)} GB`),
  "scale.size": measured(({ pools, engines, nodes }) => `${pools} pools, ${engines} swarms, ${nodes} nodes`),
  "scale.simulated": measured(({ simulatedMs, jobs, events, mostSlots }) => {
    const minutes = (simulatedMs / 60_000).toFixed(1);
    return `${minutes} minutes, ${whole(jobs)} jobs, ${whole(events)} events, at most ${whole(mostSlots)} slots at a time`;
  }),
  "scale.event": measured(({ eventMs }) => `${eventMs.toFixed(1)} ms`),
  "scale.jobCpu": measured(({ jobCpuMs }) => `${jobCpuMs.toFixed(0)} ms`),
  "scale.share": measured(({ coreShare }) => percent(coreShare)),
  "scale.memory": measured(({ residentKib }) => `${whole(residentKib / 1024)} MiB`),
  "scale.date": ({ scale }) => scale?.date ?? NOT_RECORDED,
};
