import { FREE_PLAN } from "../../shared/mailbox/usage.ts";
import type { FiguresOf } from "./figures.ts";

export const DELIVERIES_A_JOB = 3;

/** What a day holds beside jobs: a home line that breaks more than once an hour, and a monitor that asks each minute. */
export const RECONNECTS = 30;
export const MONITOR_ASKS = 24 * 60;

export interface Cost {
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly requests: number;
}

/** What the free plan carries a day, worked out from the figures as they are printed, so that the sums hold as they stand. */
export interface FreePlan extends Cost {
  readonly reconnects: Cost;
  readonly monitor: Cost;
  /** Both together. */
  readonly beside: Cost;
  readonly deliveriesByRowsWritten: number;
  readonly deliveriesByRowsRead: number;
  readonly deliveriesByRequests: number;
  readonly jobs: number;
}

type EdgeCost = Cost & Pick<FiguresOf<"edge">, "prices">;

/** What each delivery costs, rounded as it is printed, and how many deliveries and jobs a day that leaves. */
export function freePlan(cost: EdgeCost): FreePlan {
  const rowsWritten = Number(cost.rowsWritten.toFixed(4));
  const rowsRead = Number(cost.rowsRead.toFixed(1));
  // The Worker itself has as many requests a day, and each delivery is one of them.
  const requests = Math.max(1, Number(cost.requests.toFixed(3)));
  const reconnects = times(RECONNECTS, [priceOf(cost, "a reconnect")]);
  // Asked each minute, the object sleeps in between.
  const monitor = times(MONITOR_ASKS, [priceOf(cost, "GET /freshness"), priceOf(cost, "a wake-up")]);
  const beside = times(1, [reconnects, monitor]);
  const left = (name: keyof Cost, each: number): number => Math.floor((FREE_PLAN[name] - beside[name]) / each);
  const deliveriesByRowsWritten = left("rowsWritten", rowsWritten);
  const deliveriesByRowsRead = left("rowsRead", rowsRead);
  const deliveriesByRequests = left("requests", requests);
  const least = Math.min(deliveriesByRowsWritten, deliveriesByRowsRead, deliveriesByRequests);
  return {
    rowsWritten,
    rowsRead,
    requests,
    reconnects,
    monitor,
    beside,
    deliveriesByRowsWritten,
    deliveriesByRowsRead,
    deliveriesByRequests,
    jobs: Math.floor(least / DELIVERIES_A_JOB),
  };
}

/** Throws TypeError if it was not measured: a sum without it would be too good. */
function priceOf({ prices }: EdgeCost, name: string): Cost {
  const price = prices[name];
  if (price === undefined) throw new TypeError(`the price of "${name}" is not recorded; run: pnpm bench --record edge`);
  return price;
}

/** So many of all these, in whole rows and requests. */
function times(count: number, costs: readonly Cost[]): Cost {
  const sum = (name: keyof Cost): number =>
    Math.max(0, Math.ceil(count * costs.reduce((all, cost) => all + cost[name], 0) - 1e-6));
  return { rowsWritten: sum("rowsWritten"), rowsRead: sum("rowsRead"), requests: sum("requests") };
}

/** The prices as a table of Markdown: the most of several, and the mean behind it where that is another. */
export function pricesTable(prices: FiguresOf<"edge">["prices"]): string {
  const most = (value: number, mean: number): string =>
    value === mean ? String(value) : `${value} (${Number(mean.toFixed(2))} on average)`;
  const rows = Object.entries(prices).map(([name, { rowsRead, rowsWritten, requests, mean, ms }]) => {
    const cells = [most(rowsRead, mean.rowsRead), most(rowsWritten, mean.rowsWritten), Number(requests.toFixed(2)), ms];
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  return ["| | rows read | rows written | requests | ms |", "|---|---|---|---|---|", ...rows].join("\n");
}
