import type { Mutation } from "./mutation.ts";

/** Breaks of what the agent serves to browsers. */
export const PAGE_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "a repository's name leads the page's links to another host",
    file: "agent/web/page/github-links.ts",
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
];
