import { expect, test } from "vitest";

import { startLocalEdge, type LocalEdge } from "../../stand-ins/edge/local-edge.ts";
import { browseManifest } from "./browse-manifest.ts";
import { startInit } from "./init-fixture.ts";

test.each([
  ["webhook", []],
  ["App", ["--app"]],
] as const)("the real Worker, deployed by init with its secrets, sees the first probe: %s", async (_name, more) => {
  const edges: LocalEdge[] = [];
  await using init = await startInit(async (secrets) => {
    const edge = await startLocalEdge(secrets);
    edges.push(edge);
    return edge.url;
  });
  try {
    const heard = (text: string): void => {
      const page = /http:\S+\/app\/\S+/.exec(text)?.[0];
      if (page !== undefined) void browseManifest(page);
    };
    const ran = await init.run(["--organization", "octo", "--yes", ...more], { heard, asProgram: true });

    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toContain("✓ probe: a ping went all the way to the mailbox");
    await init.github.deliveriesSettled();
    const token = init.text("config/secrets/hookline_token").trim();
    const headers = { authorization: `Bearer ${token}` };
    const freshness = (await (await fetch(`${edges[0]?.url}/freshness`, { headers })).json()) as Record<
      string,
      unknown
    >;
    expect(freshness).toMatchObject({ secret: { matched: "current" }, lastPingAt: expect.any(Number) });
  } finally {
    for (const edge of edges) await edge.close();
  }
});
