import type { Delivery } from "../../state/model.ts";

/** An attempt as the delivery log lists it. */
export function renderDeliveryItem(delivery: Delivery): Record<string, unknown> {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: new Date(delivery.deliveredAtMs).toISOString(),
    redelivery: delivery.redelivery,
    duration: Math.round((delivery.durationMs ?? 0) / 10) / 100,
    status: delivery.status,
    status_code: delivery.statusCode ?? 0,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: delivery.throttledAtMs === undefined ? null : new Date(delivery.throttledAtMs).toISOString(),
  };
}

/** An attempt by itself, with what was sent and what came back. */
export function renderDelivery(delivery: Delivery, hookUrl: string): Record<string, unknown> {
  return {
    ...renderDeliveryItem(delivery),
    url: hookUrl,
    request: { headers: delivery.requestHeaders, payload: JSON.parse(delivery.body) as unknown },
    response: { headers: delivery.responseHeaders, payload: delivery.responseBody },
  };
}
