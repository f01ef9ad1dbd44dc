import { relative } from "node:path";

import type { InitContext } from "../init/world/context.ts";
import { InitError } from "../init/world/init-error.ts";
import { parseOptions, type InitOptions } from "../init/world/options.ts";
import { prepare, prepareRemoval, type Prepared } from "../init/prepare.ts";
import { realWorld } from "../init/world/real-world.ts";
import { planRemoval, remove } from "../init/remove.ts";
import { stepsFor } from "../init/steps.ts";
import type { InitWorld } from "../init/world/world.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";

const HELP = `Usage: hookline init --organization NAME | --repository OWNER/NAME… [options]

From nothing to a deployed edge: makes secrets, deploys the Worker, makes the webhook at GitHub, writes the files that
the agent reads, and sends a first probe. Whatever stops it, the next run goes on from there. It runs in a checkout, and
needs wrangler logged in to Cloudflare and GITHUB_TOKEN (or GITHUB_TOKEN_FILE, or it asks), or --app.

  --organization NAME       serve an organization's jobs
  --repository OWNER/NAME   serve a repository's jobs; may be given several times, and later for one more
  --app                     make a GitHub App in place of a token and webhooks; needs a browser on this machine
  --labels A,B              labels of the first pool; nas unless said otherwise
  --name NAME               name of the Worker; wrangler.toml has one
  --environment NAME        environment of wrangler.toml, as staging
  --account ID              Cloudflare account, where the login has several
  --url URL                 the Worker's address, where wrangler does not name it
  --folder FOLDER           where .env, secrets and pools.yaml go; config, beside the compose files
  --port N                  port of the page of --app, for a browser that comes through a tunnel
  --wrangler PATH           another wrangler than the one in node_modules
  --dry-run                 show every step and do none
  --remove                  take back what init made, and nothing else
  -y, --yes                 ask nothing; what needs a decision is refused
  --force                   overwrite what is in the way; files are kept beside as NAME.before-init
  --json                    print {"ok", "dryRun", "steps", "edgeUrl", "next"}
  --help                    print this

Exit code: 0 done, 1 a step failed, 2 wrong usage.
`;

const STOPPED = new InitError("stopped", "hookline init was stopped.", "Run it again: it goes on where it stopped.");

/** `hookline init`; `world` is the machine unless a test says otherwise. Gives the exit code. */
export async function runInit(
  args: readonly string[],
  io: CommandIo,
  signal: AbortSignal,
  world: InitWorld = realWorld(io.isTerminal),
): Promise<ExitCode> {
  try {
    const options = parseOptions(args);
    if (options.help) {
      io.stdout(HELP);
      return EXIT.fine;
    }
    const tell = (line: string): void => (options.json ? io.stderr : io.stdout)(`${line}\n`);
    // --yes answers nothing by itself: what needs a decision is refused, and --force decides it.
    const asker = options.yes || options.json ? { ...world, ask: null } : world;
    const prepared: Prepared = { options, io, world: asker, signal, tell };
    return await (options.remove ? takeBack(prepared) : build(prepared));
  } catch (error) {
    return failWith(signal.aborted && !(error instanceof InitError) ? STOPPED : error, args.includes("--json"), io);
  }
}

/** What became of one step, for people and for `--json`. */
interface Report {
  readonly id: string;
  readonly status: "done" | "planned";
  readonly detail: string;
}

async function build(prepared: Prepared): Promise<ExitCode> {
  const { options, io } = prepared;
  const context = await prepare(prepared);
  const reports: Report[] = [];
  for (const step of stepsFor(context.progress.choices)) {
    context.signal.throwIfAborted();
    const planned = options["dry-run"];
    const detail = planned ? step.plan(context).join("; ") : await step.run(context);
    reports.push({ id: step.id, status: planned ? "planned" : "done", detail });
    context.tell(`${planned ? "would" : "✓"} ${step.id}: ${detail}`);
  }
  const next = nextCommands(context);
  if (options.json) {
    const edgeUrl = context.progress.made.worker?.url ?? null;
    printJson(io, { ok: true, dryRun: options["dry-run"], steps: reports, edgeUrl, next });
  } else if (!options["dry-run"]) {
    io.stdout(`\nThe edge is ready. Start the agent where Docker is:\n\n${next.map((line) => `  ${line}\n`).join("")}`);
  }
  return EXIT.fine;
}

/** With an App the agent gets its key in place of a token. */
function nextCommands({ progress, cwd }: InitContext): readonly string[] {
  const folder = relative(cwd, progress.choices.folder) || ".";
  const app = progress.choices.app ? ` -f ${folder}/compose.app.yaml` : "";
  return [`docker compose -f ${folder}/compose.yaml${app} up -d`];
}

async function takeBack(prepared: Prepared): Promise<ExitCode> {
  const { options, io, tell } = prepared;
  const context = prepareRemoval(prepared);
  if (context === null) {
    tell("init has made nothing here");
    if (options.json) printJson(io, { ok: true, dryRun: options["dry-run"], steps: [], edgeUrl: null, next: [] });
    return EXIT.fine;
  }
  const plan = planRemoval(context);
  for (const line of plan) tell(`${options["dry-run"] ? "would" : "will"} ${line}`);
  if (!options["dry-run"]) {
    await requireConsent(options, context);
    await remove(context);
  }
  const steps = plan.map((detail) => ({ id: "remove", status: options["dry-run"] ? "planned" : "done", detail }));
  if (options.json) printJson(io, { ok: true, dryRun: options["dry-run"], steps, edgeUrl: null, next: [] });
  return EXIT.fine;
}

async function requireConsent({ yes, force }: InitOptions, { world }: InitContext): Promise<void> {
  if (yes || force || (world.ask !== null && (await world.ask.confirm("Take all of this back?")))) return;
  throw new InitError("not-confirmed", "Nothing was taken back.", "Say --yes to take it back without being asked.");
}
