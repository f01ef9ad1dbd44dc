import type { html } from "hono/html";

/** A piece of the page. What `html` is given as a value is escaped in it; another fragment is taken as it is. */
export type Fragment = ReturnType<typeof html>;

/** A fragment as text. @throws {TypeError} for one that waits for something, which no part of the page does. */
export function markupOf(fragment: Fragment): string {
  if (fragment instanceof Promise) throw new TypeError("a part of the page has to be known at once");
  return fragment.toString();
}
