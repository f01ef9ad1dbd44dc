import * as z from "zod/mini";

import { batchSchema } from "./batch.ts";
import { byeSchema } from "./bye.ts";
import { nackedSchema } from "./nacked.ts";
import { probedSchema } from "./probed.ts";
import { welcomeSchema } from "./welcome.ts";

/** Every frame that the edge sends. */
export const downSchema = z.discriminatedUnion("type", [
  welcomeSchema,
  batchSchema,
  probedSchema,
  nackedSchema,
  byeSchema,
]);
export type Down = z.infer<typeof downSchema>;
