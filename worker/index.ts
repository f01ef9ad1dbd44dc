import type { Hono } from "hono";

import { createApp } from "./app.ts";

export { MailboxObject } from "./mailbox-object.ts";

/** Built once an isolate: it holds imported keys and what the receiver remembers for a minute. */
let app: Hono | undefined;

export default {
  fetch(request, env, context): Response | Promise<Response> {
    app ??= createApp(env);
    return app.fetch(request, env, context);
  },
} satisfies ExportedHandler<Env>;
