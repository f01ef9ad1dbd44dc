import { keptReleases, RELEASES } from "../stand-ins/releases/frozen-release.ts";
import { VERSION } from "../../shared/version.ts";
import { dropOld, freeze } from "./freeze.ts";

const HELP = `usage: pnpm release

Freezes this version under test/fixtures/releases, so that the next one is tested against it: Worker and agent as they
are deployed, what they say on the wire, what they write to disk, and the compose files. The two newest are kept. Run
it on the commit that is tagged, with the version raised in package.json and shared/version.ts.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args.length > 0) {
    process.stdout.write(HELP);
    return args.includes("--help") ? 0 : 2;
  }
  if (keptReleases().includes(VERSION)) {
    process.stderr.write(
      `${VERSION} is frozen already, and a release does not change. Raise the version in package.json and shared/version.ts.\n`,
    );
    return 1;
  }
  const bytes = await freeze(RELEASES, VERSION);
  process.stdout.write(`${VERSION}: ${Math.ceil(bytes / 1024)} KiB\n`);
  for (const dropped of dropOld(RELEASES))
    process.stdout.write(`${dropped} is dropped: take the tests that read it away\n`);
  return 0;
}
