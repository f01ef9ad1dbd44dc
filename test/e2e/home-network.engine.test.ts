import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { knock, LOOK, readHostNetwork, readKnocked } from "../../agent/doctor/docker/reach-script.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { HomeNetwork, missingForNamespaces } from "../stand-ins/network/home-network.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/home-network.md"), "utf8");
const missing = await missingForNamespaces();
if (missing !== null) console.warn(`Not run: the rules of docs/home-network.md (${missing})`);
const rootTest = missing === null ? test : test.skip;

/** The one block of the page in this language: what is tested is what is printed. */
function block(language: string): string {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"))];
  if (blocks.length !== 1) throw new Error(`the page has ${blocks.length} blocks of ${language}`);
  return blocks[0]?.[1] ?? "";
}

/** What the page tells Docker of the network. */
function network(): { readonly subnet: string; readonly bridge: string } {
  const [, subnet = ""] = /--subnet (\S+)/.exec(page) ?? [];
  const [, bridge = ""] = /bridge\.name=(\S+)/.exec(page) ?? [];
  return { subnet, bridge };
}

const RULES = [
  ["iptables", "bash", "/bin/sh"],
  ["nftables", "nft", "nft -f"],
] as const;

/** Every way into the home, and the way out. */
const HOME = [
  "the router",
  "a device at home",
  "the NAS's desk",
  "the NAS by its address at home",
  "the NAS's engine",
  "another container",
  "another container's published port",
];

rootTest.each(RULES)(
  "the rules for %s leave a job the internet and nothing at home",
  async (_name, language, program) => {
    const home = await HomeNetwork.make(network());
    const file = join(temporaryFolder(), "rules");
    writeFileSync(file, block(language));
    const reached = async (): Promise<readonly string[]> => home.reachedFrom("job");
    // Without the rules all of it is open: what is closed afterwards was closed by them.
    expect(await reached()).toEqual([...HOME, "the internet"]);
    await home.onNas(`${program} ${file}`);
    expect(await reached()).toEqual(["the internet"]);
    // Others than the jobs lose nothing.
    expect(await home.reachedFrom("router")).toEqual(
      expect.arrayContaining(["the NAS by its address at home", "another container's published port"]),
    );
    expect(await home.reachedFrom("nas")).toEqual(
      expect.arrayContaining(["the router", "a device at home", "the internet"]),
    );
    const rules = await home.rules();
    await home.onNas(`${program} ${file}`);
    expect(await home.rules()).toBe(rules);
    expect(await reached()).toEqual(["the internet"]);
  },
);

rootTest("the rules may be there before Docker is", async () => {
  const home = await HomeNetwork.make(network(), { docker: false });
  const file = join(temporaryFolder(), "rules");
  writeFileSync(file, block("bash"));
  await home.onNas(`/bin/sh ${file}`);
  await home.startDocker();
  expect(await home.reachedFrom("job")).toEqual(["the internet"]);
});

rootTest("the doctor's knocks tell what is open, what is closed and what cannot be reached", async () => {
  const home = await HomeNetwork.make(network());
  const lies = readHostNetwork(await home.onNas(LOOK));
  expect(lies.router).toBe("192.168.1.1");
  expect(lies.addresses).toEqual(expect.arrayContaining(["192.168.1.10", home.gateway]));
  expect(readHostNetwork(await home.inJob(LOOK)).router).toBe(home.gateway);
  const script = knock(["192.168.1.1", home.gateway]);
  const answers = async () => {
    const knocked = readKnocked(await home.inJob(script)) ?? [];
    return new Map(knocked.map(({ address, port, answer }) => [`${address} ${port}`, answer]));
  };
  const before = await answers();
  expect(before.get("192.168.1.1 80")).toBe("open");
  expect(before.get("192.168.1.1 22")).toBe("refused");
  expect(before.get(`${home.gateway} 5000`)).toBe("open");
  expect(before.get(`${home.gateway} 80`)).toBe("refused");
  const file = join(temporaryFolder(), "rules");
  writeFileSync(file, block("bash"));
  await home.onNas(`/bin/sh ${file}`);
  expect(new Set((await answers()).values())).toEqual(new Set(["silent"]));
});
