/**
 * Reads a `created` filter: a date or time, alone, after `>`, `>=`, `<` or `<=`, or two of them around `..`. Null when
 * it is none of these.
 *
 * https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates
 */
export function createdRange(text: string): ((atMs: number) => boolean) | null {
  const [from, to] = text.split("..");
  if (from !== undefined && to !== undefined) return within(from, to);
  const [, operator = "", at = ""] = /^([<>]=?)?(.+)$/.exec(text) ?? [];
  const span = spanOf(at);
  if (span === null) return null;
  switch (operator) {
    case ">":
      return (ms) => ms > span.endMs;
    case ">=":
      return (ms) => ms >= span.startMs;
    case "<":
      return (ms) => ms < span.startMs;
    case "<=":
      return (ms) => ms <= span.endMs;
    default:
      return (ms) => ms >= span.startMs && ms <= span.endMs;
  }
}

function within(from: string, to: string): ((atMs: number) => boolean) | null {
  const start = from === "*" ? { startMs: -Infinity } : spanOf(from);
  const end = to === "*" ? { endMs: Infinity } : spanOf(to);
  return start === null || end === null ? null : (ms) => ms >= start.startMs && ms <= end.endMs;
}

/** A date is the whole day. */
function spanOf(text: string): { readonly startMs: number; readonly endMs: number } | null {
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text)) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  return { startMs: ms, endMs: text.includes("T") ? ms + 999 : ms + 24 * 60 * 60_000 - 1 };
}
