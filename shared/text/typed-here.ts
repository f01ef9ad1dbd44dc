/** How Hookline is called where it is installed, and where nobody says otherwise. */
export const PLAIN_CALL = "hookline";
/** How it is called in a checkout. */
export const CHECKOUT_CALL = "npx -y pnpm@12 hookline";
const EXEC = "docker exec ";

/**
 * A remedy as it is typed where it is read: `hookline COMMAND` becomes `call COMMAND`. What stands before it with variables
 * of its own keeps them. Left alone are `hookline agent`, which is the container's own business, and `hookline init`
 * outside a checkout, where it cannot run. A text that went through comes out as it is.
 */
export function typedHere(text: string, call: string): string {
  if (call === PLAIN_CALL) return text;
  const head = call.endsWith(` ${PLAIN_CALL}`) ? (call.split(" ").at(-2) ?? "") : "";
  const before = head === "" ? "" : `(?<!${escaped(head)} )`;
  const kept = call === CHECKOUT_CALL ? "" : "(?!(?:agent|init)\\b)";
  const pattern = new RegExp(`(?<![\\w./-])((?:[A-Z_]+=\\S+ )*)${before}hookline (?=--help|[a-z])${kept}`, "g");
  return text.replaceAll(pattern, (_, variables: string) => `${withVariables(call, variables.trim())} `);
}

/** For `JSON.stringify`: every `remedy` of a document as it is typed here. */
export function remediesTypedHere(call: string): (key: string, value: unknown) => unknown {
  return (key, value) => (key === "remedy" && typeof value === "string" ? typedHere(value, call) : value);
}

/** A variable before `docker exec` would not reach what runs in the container. */
function withVariables(call: string, variables: string): string {
  if (variables === "") return call;
  const inside = variables.split(" ").map((variable) => `-e ${variable}`);
  return call.startsWith(EXEC) ? `${EXEC}${inside.join(" ")} ${call.slice(EXEC.length)}` : `${variables} ${call}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
