import { exports } from "cloudflare:workers";

import { describeRoutes } from "../shared/edge/routes-suite.ts";
import { deliverJobs, ORIGIN, WEBHOOK_SECRET } from "./deliveries.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { TestAgent, TOKEN } from "./test-agent.ts";

useFreshEdge();

describeRoutes("worker", async () => ({
  webhookSecret: WEBHOOK_SECRET,
  token: TOKEN,
  ask: (path, init) => exports.default.fetch(`${ORIGIN}${path}`, init),
  setAside: async () => {
    const agent = await TestAgent.connect();
    await deliverJobs(1, 2);
    await agent.seqsUpTo(2);
    agent.send({ type: "nack", fence: 1, seq: 1, verdict: "poison", reason: "unreadable" });
    agent.send({ type: "ack", fence: 1, upTo: 2 });
    await agent.probe(1);
  },
}));
