import { Hono } from "hono";

import type { Clock } from "../../../shared/clock/clock.ts";
import type { Logger } from "../../../shared/log/logger.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import type { Status } from "../../../shared/status/status.ts";
import type { Daemon } from "../../control/answer-request.ts";
import { eventStream, STREAM_HEADERS } from "../feed/event-stream.ts";
import { StatusFeed } from "../feed/status-feed.ts";
import { assetOf } from "./assets.ts";
import { ownPrefix } from "../../slots/slot-name.ts";
import { pageDocument } from "./document.ts";
import { History } from "./history/history.ts";
import { newsOf } from "./parts.ts";
import type { PageView } from "./view.ts";

export interface PageOptions {
  readonly daemon: Pick<Daemon, "status" | "changed" | "holds">;
  /** See `WebAppOptions`. */
  readonly edge: (() => Promise<Freshness | null>) | null;
  /** Where a browser finds this GitHub. */
  readonly web: URL;
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

/** The page of a daemon for browsers. */
export function createPage(options: PageOptions): StatusPage {
  const { daemon, edge, web } = options;
  const history = new History({ ...options, ownPrefix: ownPrefix(daemon.status().agent.instance) });
  let heard: Freshness | null = null;
  /** Asks the edge in passing: what it said last is what is shown. */
  const view = (status: Status): PageView => {
    void edge?.().then((freshness) => (heard = freshness));
    return { status, holds: daemon.holds(), edge: edge === null ? "none" : heard, past: history.past(), web };
  };
  const feed = new StatusFeed(daemon, (status) => ({ event: "page", data: newsOf(view(status)) }));
  const app = new Hono();
  app.get("/", (context) =>
    context.html(pageDocument(view(daemon.status())), 200, { "Content-Security-Policy": POLICY }),
  );
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
