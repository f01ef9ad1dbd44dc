import * as z from "zod/mini";

import { batchSchema } from "./batch.ts";
import { byeSchema } from "./bye.ts";
import { probedSchema } from "./probed.ts";
import { welcomeSchema } from "./welcome.ts";

/** Every frame that the edge sends. */
export const downSchema = z.discriminatedUnion("type", [welcomeSchema, batchSchema, probedSchema, byeSchema]);
export type Down = z.infer<typeof downSchema>;
