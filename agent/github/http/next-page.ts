/**
 * The address that a `Link` header gives as `rel="next"`, or null.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
export function nextPage(link: string | null): string | null {
  for (const [, url, parameters] of (link ?? "").matchAll(/<([^>]*)>((?:\s*;\s*[^,;<]*)*)/g)) {
    if (url !== undefined && /;\s*rel\s*=\s*"?(?:[^"]*\s)?next(?:\s[^"]*)?"?\s*(?:;|$)/i.test(parameters ?? ""))
      return url;
  }
  return null;
}
