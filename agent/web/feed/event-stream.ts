import type { StatusFeed } from "./status-feed.ts";

/** No proxy between may hold a stream back until it ends. https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering */
export const STREAM_HEADERS = {
  "Content-Type": "text/event-stream",
  "Cache-Control": "no-store",
  "X-Accel-Buffering": "no",
} as const;

/**
 * The daemon as server-sent events: its state at once, and after each change. The next state is asked for when the one
 * before has been taken, so a reader that is away costs one event and no more. Ends with the feed.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventStream(feed: StatusFeed): ReadableStream<Uint8Array> {
  let told: number | null = null;
  let ended = false;
  const first = feed.now();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const event = told === null ? first : await feed.after(told);
          told = event.number;
          if (!ended) controller.enqueue(event.bytes);
        } catch {
          if (!ended) controller.close();
        }
      },
      cancel: () => {
        ended = true;
      },
    },
    { highWaterMark: 0 },
  );
}
