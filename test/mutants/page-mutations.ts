import type { Mutation } from "./mutation.ts";

/** Breaks of what the agent serves to browsers. */
export const PAGE_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "a repository's name leads the page's links to another host",
    file: "agent/web/page/markup/github-links.ts",
    search: 'const url = new URL(web);\n  url.pathname = segments.map(encodeURIComponent).join("/");',
    replace: 'const url = new URL(`/${segments.join("/")}`, web);',
    foundBy: ["page"],
  },
  {
    breaks: "the page's policy lets scripts run that stand in it",
    file: "agent/web/page/page-app.ts",
    search: "\"script-src 'self'\"",
    replace: "\"script-src 'self' 'unsafe-inline'\"",
    foundBy: ["page"],
  },
  {
    breaks: "the page is shown to whoever reaches the port",
    file: "agent/web/web-app.ts",
    search: "app.get(path, reads, async (context) => (await page())",
    replace: "app.get(path, async (context) => (await page())",
    foundBy: ["page"],
  },
  {
    breaks: "the page's forms are opened by the token that may only read",
    file: "agent/web/web-app.ts",
    search: "tokenGuard({ ...ACT, tokens: [operatorToken] }, clock)",
    replace: "tokenGuard({ ...ACT, tokens: [operatorToken, token] }, clock)",
    foundBy: ["page"],
  },
  {
    breaks: "a page of somebody else's acts by the password that a browser remembers",
    file: "agent/web/page/acts/act-routes.ts",
    search: 'origin: (origin, context) => hostOf(origin) === context.req.header("host")',
    replace: "origin: () => true",
    foundBy: ["page"],
  },
  {
    breaks: "a form is taken without the page's key",
    file: "agent/web/page/acts/act-routes.ts",
    search: 'return typeof given === "string" && timingSafeEqual(digest(given), digest(key));',
    replace: 'return typeof given === "string" || timingSafeEqual(digest(""), digest(key));',
    foundBy: ["page"],
  },
  {
    breaks: "what the page was refused is not in the journal",
    file: "agent/web/page/acts/act-routes.ts",
    search: "acts.came(id, `refused: ${messageOf(error)}`);",
    replace: "",
    foundBy: ["page"],
  },
  {
    breaks: "what the edge told of stays as young as it was heard",
    file: "agent/edge/aged-answer.ts",
    search: "now: now + agedMs",
    replace: "now",
    foundBy: ["page"],
  },
  {
    breaks: "a signal goes on waiting at the edge after the journal has it",
    file: "agent/edge/aged-answer.ts",
    search: "Math.max(acked, cursor.acked)",
    replace: "acked",
    foundBy: ["page"],
  },
];
