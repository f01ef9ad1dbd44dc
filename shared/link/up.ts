import * as z from "zod/mini";

import { ackSchema } from "./ack.ts";
import { helloSchema } from "./hello.ts";
import { nackSchema } from "./nack.ts";
import { probeSchema } from "./probe.ts";
import { reportSchema } from "./report.ts";
import { routesSchema } from "./routes.ts";

/** Every frame that the agent sends. */
export const upSchema = z.discriminatedUnion("type", [
  helloSchema,
  ackSchema,
  nackSchema,
  reportSchema,
  probeSchema,
  routesSchema,
]);
export type Up = z.infer<typeof upSchema>;
