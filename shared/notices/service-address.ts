/** Where notices go. The address is a credential: whoever knows it may write there. */
export interface ServiceAddress<Kind extends string> {
  readonly kind: Kind;
  readonly url: string;
  /** Kind and host: may be shown. */
  readonly name: string;
}

/** Reads `KIND+https://…`, such as `ntfy+https://ntfy.sh/MY-TOPIC`, or `KIND+http://…`; null for anything else. */
export function readServiceAddress<Kind extends string>(
  text: string,
  kinds: readonly Kind[],
): ServiceAddress<Kind> | null {
  const match = /^([a-z]+)\+(https?:\/\/\S+)$/.exec(text);
  const kind = kinds.find((each) => each === match?.[1]);
  const url = URL.parse(match?.[2] ?? "");
  if (kind === undefined || url === null || url.pathname.length < 2) return null;
  return { kind, url: url.href, name: `${kind} ${url.host}` };
}
