import { expect } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import { createReceiverApp } from "../../../agent/standalone/receiver-app.ts";
import { Secret } from "../../../shared/fleet/secret.ts";
import { freshnessSchema } from "../../../shared/mailbox/freshness.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { workflowJob } from "../../samples/payload.ts";
import { guid, T0 } from "../../samples/signal.ts";
import { describeRotation } from "../../shared/edge/rotation-suite.ts";
import { deliveryHeaders } from "../../shared/receiver/receiver-bench.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { activeSecrets } from "./served-receiver.ts";

const TOKEN = "the-token-of-today";

describeRotation(() => {
  const sql = new NodeSql(":memory:");
  const clock = new VirtualClock(T0);
  const { log } = capturedLog();
  let n = 0;
  return {
    pass: (ms) => clock.advance(ms),
    async deploy(deployed) {
      const mailbox = new LocalMailbox({ sql, clock, log });
      const secrets = activeSecrets(deployed);
      const tokens = [new Secret(TOKEN)];
      const app = createReceiverApp({ mailbox, operator: mailbox, secrets, tokens, now: () => clock.now(), log });
      return {
        async deliver(hookId, secret) {
          n += 1;
          const body = JSON.stringify(workflowJob(n));
          const given = await deliveryHeaders(body, secret);
          const headers = new Headers({ ...given, "x-github-delivery": guid(n) });
          if (hookId === null) headers.delete("x-github-hook-id");
          else headers.set("x-github-hook-id", hookId);
          return (await app.request("/webhook", { method: "POST", body, headers })).status;
        },
        async freshness() {
          const answer = await app.request("/freshness", { headers: { Authorization: `Bearer ${TOKEN}` } });
          expect(answer.status).toBe(200);
          return freshnessSchema.parse(await answer.json());
        },
      };
    },
  };
});
