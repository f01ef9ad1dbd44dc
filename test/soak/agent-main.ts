import { randomUUID } from "node:crypto";

import * as z from "zod";

import { JournalAgent } from "./journal-agent.ts";

/** The link client and its journal as a process of its own, for tests that kill it. */
const settings = z
  .object({ AGENT_EDGE: z.string(), AGENT_TOKEN: z.string(), AGENT_FOLDER: z.string() })
  .parse(process.env);

const agent = new JournalAgent({
  edgeUrl: settings.AGENT_EDGE,
  token: settings.AGENT_TOKEN,
  folder: settings.AGENT_FOLDER,
  boot: randomUUID(),
});
agent.start();
process.stdout.write("ready\n");
