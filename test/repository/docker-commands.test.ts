import { expect, test } from "vitest";

import { AGENT_CONTAINER } from "../../agent/cli/agent-container.ts";
import { codeOn, PAGES, read, SOURCES, spokenBy } from "./files.ts";

test("no message types the name of the agent's container by hand", () => {
  const files = SOURCES.filter((file) => file !== "agent/cli/agent-container.ts");
  expect(files.filter((file) => read(file).includes(AGENT_CONTAINER))).toEqual([]);
});

test.each(PAGES)("every docker command for the agent's container on %s names it as the compose files do", (page) => {
  for (const code of codeOn(page)) {
    const [, named] =
      /\bdocker (?:exec|logs|restart|stop|inspect)(?: -\S+| \d+)* ([\w-]*(?:hookline|agent)[\w-]*)/.exec(code) ?? [];
    expect(named ?? AGENT_CONTAINER, `${page}: ${code}`).toBe(AGENT_CONTAINER);
  }
});

test("messages tell docker of the agent by the one name that its container has, and compose by its file", () => {
  for (const file of SOURCES) {
    for (const [line, name] of spokenBy(file).matchAll(
      /docker (?:logs(?: --tail \d+)?|restart|stop|start|exec) ([\w${}.-]+)/g,
    )) {
      expect(name, `${file}: ${line}`).toBe(AGENT_CONTAINER);
    }
    for (const [line] of spokenBy(file).matchAll(/docker[ -]compose (?!-f)[^"`]*/g)) expect.soft(line, file).toBe("");
  }
});
