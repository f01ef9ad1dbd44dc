import { Hono, type MiddlewareHandler } from "hono";

import type { Clock } from "../../shared/clock/clock.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { Daemon } from "../control/answer-request.ts";
import type { HeardEdge } from "../edge/edge-watch.ts";
import type { ShownSecret } from "../settings/shown-secrets.ts";
import { eventStream, STREAM_HEADERS } from "./feed/event-stream.ts";
import { hostGuard } from "./host-guard.ts";
import type { StatusPage } from "./page/page-app.ts";
import { metricsOf } from "./metrics/metrics.ts";
import type { StatusFeed } from "./feed/status-feed.ts";
import { summaryOf } from "./summary.ts";
import { tokenGuard } from "./token-guard.ts";

export interface WebAppOptions {
  readonly daemon: Pick<Daemon, "status" | "job">;
  readonly feed: StatusFeed;
  /** The page for browsers, loaded when the first of them comes. */
  readonly page: () => Promise<StatusPage>;
  /** What the edge says of itself; null where there is none. */
  readonly edge: HeardEdge | null;
  readonly token: ShownSecret | null;
  /** What lets its holder act by the page, and read; null where the page only shows. */
  readonly operatorToken: ShownSecret | null;
  /** Whether a read needs no token. */
  readonly isOpen: boolean;
  /** Names under which it may be asked, beside addresses and `localhost`. */
  readonly hosts: readonly string[];
  /** For how often the token's file is looked at. */
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly log: Logger;
}

/** What the page answers to, for people; all else is for programs, and described in config/openapi.json. */
export const PAGE_PATHS: readonly string[] = ["/", "/assets/*", "/page/*"];

const READ = { realm: "hookline", setting: "HOOKLINE_HTTP_TOKEN" } as const;
const ACT = { realm: "hookline operator", setting: "HOOKLINE_HTTP_OPERATOR_TOKEN" } as const;

const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

/** What the agent serves on the LAN. Only the page's forms change anything; config/openapi.json describes what is read. */
export function createWebApp(options: WebAppOptions): Hono {
  const { daemon, feed, page, edge, token, operatorToken, isOpen, hosts, clock, log } = options;
  const app = new Hono();
  const reads: MiddlewareHandler = isOpen
    ? (_context, next) => next()
    : tokenGuard({ ...READ, tokens: [token, operatorToken] }, clock);
  const acts = tokenGuard({ ...ACT, tokens: [operatorToken] }, clock);
  app.use(async (context, next) => {
    await next();
    // A route that says something of its own is left as it is.
    for (const [name, value] of Object.entries(HEADERS)) {
      if (!context.res.headers.has(name)) context.res.headers.set(name, value);
    }
  });
  app.use(hostGuard(hosts));
  app.onError((error, context) => {
    log.error("request failed", { path: context.req.path, reason: error.message });
    return context.json({ error: "internal error" }, 500);
  });
  app.notFound((context) => context.json({ error: "nothing is served there" }, 404));

  app.get("/healthz", (context) => context.json({ ok: true }));
  app.get("/readyz", (context) => {
    const { holds } = daemon.status().agent;
    return context.json({ ok: holds.length === 0, holds }, holds.length === 0 ? 200 : 503);
  });
  app.get("/api/status", reads, (context) => context.json(daemon.status()));
  app.get("/api/summary", reads, (context) => context.json(summaryOf(daemon.status())));
  app.get("/api/jobs", reads, (context) => {
    const { atMs, jobs } = daemon.status();
    return context.json({ atMs, ...jobs });
  });
  app.get("/api/jobs/:id{[1-9][0-9]{0,15}}", reads, (context) => {
    const job = daemon.job(Number(context.req.param("id")));
    const isOpenJob = job.waiting !== null || job.running !== null;
    return context.json(job, isOpenJob ? 200 : 404);
  });
  app.get("/metrics", reads, async (context) => {
    const { renderMetrics } = await import("./metrics/render.ts");
    await edge?.asked();
    const status = daemon.status();
    const families = metricsOf(status, edge?.known(status.link.cursor));
    const { type, text } = await renderMetrics(families, context.req.header("accept") ?? "");
    return context.body(text, 200, { "Content-Type": type });
  });
  app.get("/api/events", reads, () => new Response(eventStream(feed), { headers: STREAM_HEADERS }));
  for (const path of PAGE_PATHS) {
    app.get(path, reads, async (context) => (await page()).app.fetch(context.req.raw, context.env));
  }
  app.post("/act/:act", acts, async (context) => (await page()).app.fetch(context.req.raw, context.env));
  return app;
}
