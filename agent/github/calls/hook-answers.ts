import * as z from "zod/mini";

import { fits, type Official } from "../model/answers.ts";

/** Ids of attempts have outgrown what a JavaScript number holds exactly; `parseAnswer` leaves such ones as text. */
const bigId = z.union([z.number(), z.string().check(z.regex(/^\d+$/))]);

const hookFields = {
  id: z.number(),
  active: z.boolean(),
  events: z.array(z.string()),
  config: z.object({
    url: z.optional(z.string()),
    content_type: z.optional(z.string()),
    insecure_ssl: z.optional(z.union([z.string(), z.number()])),
  }),
};

export const hooksPage = z.array(
  z.union([fits<Official["org-hook"]>()(z.object(hookFields)), fits<Official["hook"]>()(z.object(hookFields))]),
);
export type HookAnswer = z.infer<typeof hooksPage>[number];

export const deliveriesPage = z.array(
  fits<Official["hook-delivery-item"]>()(
    z.object({
      id: bigId,
      guid: z.string(),
      delivered_at: z.string(),
      status_code: z.number(),
      event: z.string(),
      throttled_at: z.nullish(z.string()),
    }),
  ),
);
export type DeliveryAnswer = z.infer<typeof deliveriesPage>[number];

/** Of an App's one hook. https://docs.github.com/en/rest/apps/webhooks#get-a-webhook-configuration-for-an-app */
export const hookConfig = fits<Official["webhook-config"]>()(hookFields.config);

export const deliveryAnswer = z.object({ request: z.object({ payload: z.unknown() }) });
