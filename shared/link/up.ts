import * as z from "zod/mini";

import { ackSchema } from "./ack.ts";
import { helloSchema } from "./hello.ts";
import { nackSchema } from "./nack.ts";
import { probeSchema } from "./probe.ts";
import { reportSchema } from "./report.ts";

/** Every frame that the agent sends. */
export const upSchema = z.discriminatedUnion("type", [helloSchema, ackSchema, nackSchema, reportSchema, probeSchema]);
export type Up = z.infer<typeof upSchema>;
