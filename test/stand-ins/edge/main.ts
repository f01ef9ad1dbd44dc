import * as z from "zod";

import { startLocalEdge } from "./local-edge.ts";

/** The edge as a process of its own, for tests that kill it. Says `ready URL` on standard output once it listens. */
const settings = z
  .object({
    EDGE_PORT: z.coerce.number(),
    EDGE_STORAGE: z.string(),
    EDGE_WEBHOOK_SECRET: z.string(),
    EDGE_TOKEN: z.string(),
  })
  .parse(process.env);

const edge = await startLocalEdge({
  webhookSecret: settings.EDGE_WEBHOOK_SECRET,
  token: settings.EDGE_TOKEN,
  persistIn: settings.EDGE_STORAGE,
  port: settings.EDGE_PORT,
});
process.stdout.write(`ready ${edge.url}\n`);
