import type { MiddlewareHandler } from "hono";

const HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000",
  "X-Content-Type-Options": "nosniff",
} as const;

/** Puts the same headers on every answer; an upgrade has none to take. */
export const securityHeaders: MiddlewareHandler = async function securityHeaders(context, next) {
  await next();
  if (context.res.status === 101) return;
  for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
};
