import type { Delivery, Hook } from "../../state/model.ts";
import { number, ok, type Context, type Handler, type Reply } from "../handler.ts";
import { cursorPageOf } from "../pagination.ts";
import { notFound } from "../refusal.ts";
import { renderDelivery, renderDeliveryItem } from "../render/delivery.ts";
import { appHook, hookIn, organizationHooks, repositoryHooks } from "./hooks.ts";

type HookOf = (context: Context) => Hook;
const ofOrganization: HookOf = (context) => hookIn(context, organizationHooks);
const ofRepository: HookOf = (context) => hookIn(context, repositoryHooks);
const ofApp: HookOf = ({ world, principal }) => {
  const hook = principal.kind === "app" ? appHook(world, principal.app.id) : null;
  if (hook === null) throw notFound();
  return hook;
};

/** https://docs.github.com/en/rest/orgs/webhooks, https://docs.github.com/en/rest/repos/webhooks, https://docs.github.com/en/rest/apps/webhooks */
export const deliveryHandlers: Readonly<Record<string, Handler>> = {
  "orgs/list-webhook-deliveries": (context) => list(context, ofOrganization(context)),
  "repos/list-webhook-deliveries": (context) => list(context, ofRepository(context)),
  "apps/list-webhook-deliveries": (context) => list(context, ofApp(context)),
  "orgs/get-webhook-delivery": (context) => read(context, ofOrganization(context)),
  "repos/get-webhook-delivery": (context) => read(context, ofRepository(context)),
  "apps/get-webhook-delivery": (context) => read(context, ofApp(context)),
  "orgs/redeliver-webhook-delivery": (context) => redeliver(context, ofOrganization(context)),
  "repos/redeliver-webhook-delivery": (context) => redeliver(context, ofRepository(context)),
  "apps/redeliver-webhook-delivery": (context) => redeliver(context, ofApp(context)),
};

/** `success` is 2xx and 3xx; everything else, a time-out included, is taken as `failure`. */
function list(context: Context, hook: Hook): Reply {
  const wanted = context.parameters["status"];
  const rows = context.world.log.of(hook.id).filter((row) => {
    const code = row.statusCode ?? 0;
    const outcome = code >= 200 && code < 400 ? "success" : "failure";
    return wanted === undefined || wanted === outcome;
  });
  const { items, headers } = cursorPageOf(context, rows);
  return { status: 200, body: items.map(renderDeliveryItem), headers };
}

function read(context: Context, hook: Hook): Reply {
  return ok(renderDelivery(find(context, hook), hook.url));
}

function redeliver(context: Context, hook: Hook): Reply {
  context.world.sender.redeliver(find(context, hook));
  return { status: 202, body: {} };
}

function find(context: Context, hook: Hook): Delivery {
  const id = number(context, "delivery_id");
  const row = context.world.log.of(hook.id).find((each) => each.id === id);
  if (row === undefined) throw notFound();
  return row;
}
