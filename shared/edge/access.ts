const BEARER = /^Bearer ([\x21-\x7e]{1,512})$/;
const BASIC = /^Basic ([A-Za-z0-9+/]{1,1024}={0,2})$/;
const PASSWORD = /^[^:]*:([\x21-\x7e]{1,512})$/;

/** Whether two digests of the same length are equal, in constant time. Each runtime has its own. */
export type EqualDigests = (a: ArrayBuffer, b: ArrayBuffer) => boolean;

/** The tokens of an edge: the current ones, and those before them during a rotation. */
export interface EdgeTokens {
  /** They open everything. */
  readonly agent: readonly (string | undefined)[];
  /** They open what may be read, for monitors. */
  readonly reader: readonly (string | undefined)[];
}

/**
 * Whether an `Authorization` header carries an active token. All tokens are compared in every case, as SHA-256
 * digests, in constant time. False while no token is configured. `basic`: the token may be the password of Basic
 * authentication as well, under any user, which is what uptime monitors can send.
 * https://developers.cloudflare.com/workers/runtime-apis/web-crypto/#timingsafeequal
 * https://www.rfc-editor.org/rfc/rfc7617
 */
export async function hasAccess(
  header: string | null,
  tokens: readonly (string | undefined)[],
  equal: EqualDigests,
  basic = false,
): Promise<boolean> {
  const given = BEARER.exec(header ?? "")?.[1] ?? (basic ? passwordIn(header ?? "") : undefined);
  if (given === undefined) return false;
  const digest = await sha256(given);
  let granted = false;
  for (const token of tokens) {
    if (token === undefined) continue;
    if (equal(digest, await sha256(token))) granted = true;
  }
  return granted;
}

function passwordIn(header: string): string | undefined {
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return PASSWORD.exec(atob(encoded))?.[1];
  } catch {
    return undefined;
  }
}

/** What is wrong with the choice of tokens, for the log; null where nothing is. */
export function tokenProblem({ agent, reader }: EdgeTokens): string | null {
  const isAgents = reader.some((token) => token !== undefined && agent.includes(token));
  return isAgents ? "HOOKLINE_READ_TOKEN is the agent's token, which opens everything; make one of its own" : null;
}

function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
