import { randomBytes } from "node:crypto";

import { Hono } from "hono";

import type { Clock } from "../../../shared/clock/clock.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import type { Status } from "../../../shared/status/status.ts";
import type { Daemon } from "../../control/answer-request.ts";
import type { HeardEdge } from "../../edge/edge-watch.ts";
import type { CheckResult } from "../../doctor/check/check.ts";
import type { OperatorActs } from "../../journal/operator-acts.ts";
import { eventStream, STREAM_HEADERS } from "../feed/event-stream.ts";
import { StatusFeed } from "../feed/status-feed.ts";
import { actRoutes } from "./acts/act-routes.ts";
import { assetOf } from "./assets.ts";
import { ownPrefix } from "../../slots/slot-name.ts";
import { DeadLetterBook, type DeadLetterDesk } from "./books/dead-letter-book.ts";
import { DoctorBook } from "./books/doctor-book.ts";
import { pageDocument } from "./document.ts";
import { History } from "./history/history.ts";
import { newsOf } from "./parts.ts";
import type { PageView } from "./view.ts";

export interface PageOptions {
  readonly daemon: Pick<Daemon, "status" | "changed" | "holds" | "drain" | "pause" | "resume" | "retire">;
  /** See `WebAppOptions`. */
  readonly edge: HeardEdge | null;
  /** Where a browser finds this GitHub. */
  readonly web: URL;
  /** How to act by the page, and where it is written down; null where the page only shows. */
  readonly operator: { readonly acts: OperatorActs } | null;
  /** Null where there is no edge to ask. */
  readonly deadLetters: DeadLetterDesk | null;
  /** Runs the doctor; null where it cannot be run. */
  readonly examine: ((probe: boolean) => Promise<readonly CheckResult[]>) | null;
  /** Of the journal. */
  readonly dataFolder: string;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
  readonly log: Logger;
}

/** The page, and what ends its streams. */
export interface StatusPage {
  readonly app: Hono;
  readonly close: () => void;
}

/** Scripts, styles and pictures of our own, requests to ourselves, and nothing else. https://www.w3.org/TR/CSP3/ */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** `same-origin`: with `no-referrer` a browser would not say where a form comes from. https://fetch.spec.whatwg.org/#append-a-request-origin-header */
const HEADERS = { "Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin" } as const;

const MOST_ACTS = 10;

/** The page of a daemon for browsers. */
export function createPage(options: PageOptions): StatusPage {
  const { daemon, edge, web, operator, clock } = options;
  const history = new History({ ...options, ownPrefix: ownPrefix(daemon.status().agent.instance) });
  const acting = operator === null ? null : { key: randomBytes(24).toString("base64url") };
  const dead = options.deadLetters === null ? null : new DeadLetterBook(options.deadLetters, clock);
  const doctor = options.examine === null ? null : new DoctorBook(options.examine, clock);
  /** Asks the edge in passing: what it said last is what is shown. */
  const view = (status: Status): PageView => {
    const heard = edge?.known(status.link.cursor) ?? null;
    return {
      status,
      holds: daemon.holds(),
      edge: edge === null ? "none" : heard,
      past: history.past(),
      dead: dead === null ? "none" : dead.known(heard),
      doctor: doctor?.state() ?? { running: false, last: null },
      acting,
      acts: operator?.acts.newest(MOST_ACTS) ?? [],
      web,
    };
  };
  const feed = new StatusFeed(daemon, (status) => ({ event: "page", data: newsOf(view(status)) }));
  const app = new Hono();
  app.get("/", (context) => context.html(pageDocument(view(daemon.status()), context.req.query("done")), 200, HEADERS));
  if (operator !== null && acting !== null) {
    app.use("/act/*", async (context, next) => {
      await next();
      context.header("Content-Security-Policy", POLICY);
    });
    app.route("/", actRoutes({ ...options, acting, acts: operator.acts, dead, doctor }));
  }
  app.get("/page/events", () => new Response(eventStream(feed), { headers: STREAM_HEADERS }));
  app.get("/assets/:name", async (context) => {
    const asset = await assetOf(context.req.param("name"));
    if (asset === null) return context.json({ error: "nothing is served there" }, 404);
    return context.body(asset.bytes, 200, { "Content-Type": asset.type });
  });
  return {
    app,
    close: () => {
      feed.close();
      history.close();
    },
  };
}
