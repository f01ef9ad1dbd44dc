import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

import { runInit } from "../../../agent/commands/init.ts";
import { realWorld } from "../../../agent/init/world/real-world.ts";
import type { Ask, ChildCommand, InitWorld } from "../../../agent/init/world/world.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { startOcto } from "../../stand-ins/github/support/octo.ts";
import type { LoopbackGitHub } from "../../stand-ins/github/loopback-github.ts";
import { NodeEdge } from "./node-edge.ts";
import { StandInCloudflare } from "../../stand-ins/cloudflare/stand-in-cloudflare.ts";

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly world?: (world: InitWorld) => InitWorld;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Runs the stand-in wrangler as a program, as init would; otherwise in this process, which is quicker. */
  readonly asProgram?: boolean;
  /** Hears every line as it is printed. */
  readonly heard?: (text: string) => void;
}

export interface InitFixture extends AsyncDisposable {
  readonly github: LoopbackGitHub;
  readonly token: string;
  readonly cloudflare: StandInCloudflare;
  /** The stand-in wrangler. */
  readonly program: string;
  readonly edgeUrl: string;
  /** The checkout that init runs in. */
  readonly cwd: string;
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Every file below the checkout, by its path in it. */
  readonly files: () => readonly SeenFile[];
  readonly text: (path: string) => string;
}

export interface SeenFile {
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** A checkout, a GitHub with the organization octo, a Cloudflare that deploys to an edge in this process. */
export async function startInit(deployTo?: StandInCloudflare["onDeploy"]): Promise<InitFixture> {
  const base = temporaryFolder();
  const cwd = join(base, "checkout");
  mkdirSync(cwd);
  const octo = await startOcto();
  const { github, token } = octo;
  const cloudflare = new StandInCloudflare();
  const program = await cloudflare.start(base);
  const edge = await NodeEdge.start(() => [...cloudflare.workers.values()].at(-1) ?? null);
  cloudflare.onDeploy = deployTo ?? (() => Promise.resolve(edge.url));
  const env = { GITHUB_API_URL: github.apiUrl, GITHUB_TOKEN: token, PATH: process.env["PATH"] ?? "" };
  return {
    github,
    token,
    cloudflare,
    program,
    edgeUrl: edge.url,
    cwd,
    async run(args, options = {}) {
      const printed = { stdout: "", stderr: "" };
      const say = (stream: keyof typeof printed) => (text: string) => {
        printed[stream] += text;
        options.heard?.(text);
      };
      const io = {
        stdout: say("stdout"),
        stderr: say("stderr"),
        cwd,
        isTerminal: false,
        env: { ...env, ...options.env },
      };
      const here = { ...realWorld(false), run: (command: ChildCommand) => cloudflare.runHere(command) };
      const world = (options.world ?? ((each) => each))(options.asProgram ? realWorld(false) : here);
      const signal = options.signal ?? new AbortController().signal;
      const exitCode = await runInit([...args, "--wrangler", program], io, signal, world);
      return { exitCode, ...printed };
    },
    files: () => filesBelow(cwd, cwd),
    text: (path) => readFileSync(join(cwd, path), "utf8"),
    async [Symbol.asyncDispose]() {
      await edge.close();
      await cloudflare.close();
      await octo[Symbol.asyncDispose]();
    },
  };
}

/** Answers questions by a pattern of their text; an unexpected one fails the test. */
export function answering(answers: readonly (readonly [RegExp, string])[]): Ask {
  const find = (question: string): string => {
    const found = answers.find(([pattern]) => pattern.test(question));
    if (found === undefined) throw new Error(`asked: ${question}`);
    return found[1];
  };
  return {
    text: (question) => Promise.resolve(find(question)),
    confirm: (question) => Promise.resolve(find(question) === "yes"),
  };
}

function filesBelow(folder: string, root: string): readonly SeenFile[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path: relative(root, path),
      mode: statSync(path).mode & 0o777,
      text: readFileSync(path, "utf8"),
    }))
    .toSorted((a, b) => a.path.localeCompare(b.path));
}
