import { number, type Context } from "./handler.ts";

const MOST_PER_PAGE = 100;

export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The page that was asked for, with the `Link` header that leads to the others.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
export function pageOf<T>(context: Context, all: readonly T[]): Page<T> {
  const size = perPage(context);
  const page = Math.max(1, number(context, "page") || 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const links = [
    ...(page > 1 ? [link(context.url, { page: page - 1 }, "prev")] : []),
    ...(page < last ? [link(context.url, { page: page + 1 }, "next"), link(context.url, { page: last }, "last")] : []),
    ...(page > 1 ? [link(context.url, { page: 1 }, "first")] : []),
  ];
  return {
    items: all.slice((page - 1) * size, page * size),
    headers: links.length === 0 ? {} : { link: links.join(", ") },
  };
}

/** Like `pageOf`, for lists that are walked by cursor: the id of the last item seen. */
export function cursorPageOf<T extends { readonly id: number }>(context: Context, all: readonly T[]): Page<T> {
  const size = perPage(context);
  const cursor = context.parameters["cursor"];
  const start = cursor === undefined ? 0 : all.findIndex(({ id }) => `v1_${id}` === String(cursor)) + 1;
  const items = all.slice(start, start + size);
  const last = items.at(-1);
  const more = last !== undefined && start + size < all.length;
  return { items, headers: more ? { link: link(context.url, { cursor: `v1_${last.id}` }, "next") } : {} };
}

function perPage(context: Context): number {
  const asked = number(context, "per_page");
  return asked >= 1 ? Math.min(asked, MOST_PER_PAGE) : 30;
}

function link(from: URL, change: Readonly<Record<string, string | number>>, rel: string): string {
  const url = new URL(from);
  for (const [name, value] of Object.entries(change)) url.searchParams.set(name, String(value));
  return `<${url.href}>; rel="${rel}"`;
}
