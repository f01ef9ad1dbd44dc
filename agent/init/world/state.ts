import { dirname } from "node:path";

import * as z from "zod";

import { InitError } from "./init-error.ts";
import { PRIVATE_FILE, PRIVATE_FOLDER, writeWhole, type Files } from "./files.ts";

const targetSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("organization"), organization: z.string() }),
  z.object({ kind: z.literal("repositories"), repositories: z.array(z.string()).min(1) }),
]);

const choicesSchema = z.object({
  target: targetSchema,
  /** A GitHub App in place of a token and hooks. */
  app: z.boolean(),
  labels: z.array(z.string()).min(1),
  /** Null: as wrangler.toml has it. */
  name: z.string().nullable(),
  /** Of wrangler.toml; null for the top level. */
  environment: z.string().nullable(),
  /** Where the Worker will answer, where wrangler cannot tell. */
  url: z.string().nullable(),
  /** Absolute. */
  folder: z.string(),
});

const madeSchema = z.object({
  /** Null until it is known. */
  account: z.string().nullable(),
  /** `existedBefore`: it was there before init first deployed it. */
  worker: z.object({ name: z.string().nullable(), url: z.string().nullable(), existedBefore: z.boolean() }).nullable(),
  /** By scope, `owner` or `owner/name`. `existedBefore`: somebody else made it. */
  hooks: z.record(z.string(), z.object({ id: z.number().nullable(), existedBefore: z.boolean() })),
  app: z.object({ id: z.number(), slug: z.string(), htmlUrl: z.string(), configured: z.boolean() }).nullable(),
  /** A code was about to be exchanged; what came of it is unknown until `app` is there. */
  appUnderWay: z.boolean(),
  /** By absolute path; what was written, and where the file went that was there before. */
  files: z.record(z.string(), z.object({ sha256: z.string(), backup: z.string().nullable() })),
  folders: z.array(z.string()),
  probed: z.boolean(),
});

const stateSchema = z.object({ version: z.literal(1), choices: choicesSchema, made: madeSchema });

export type InitTarget = z.infer<typeof targetSchema>;
export type Choices = z.infer<typeof choicesSchema>;
export type Made = z.infer<typeof madeSchema>;
type State = z.infer<typeof stateSchema>;

const NOTHING: Made = {
  account: null,
  worker: null,
  hooks: {},
  app: null,
  appUnderWay: false,
  files: {},
  folders: [],
  probed: false,
};

/**
 * What init was asked for and what it has made so far, on disk and without any secret. An intent is noted before its
 * effect, so that whatever stops init, the next run knows what may be there.
 */
export class InitProgress {
  readonly #files: Files;
  readonly #path: string;
  #state: State;

  private constructor(files: Files, path: string, state: State) {
    this.#files = files;
    this.#path = path;
    this.#state = state;
  }

  /** Null when init has not begun here. @throws {InitError} when the file is not init's */
  static open(files: Files, path: string): InitProgress | null {
    const text = files.read(path);
    if (text === null) return null;
    try {
      return new InitProgress(files, path, stateSchema.parse(JSON.parse(text)));
    } catch {
      const remedy = "Move the file away; init then begins anew and finds what is there already.";
      throw new InitError("state-unreadable", `${path} is not what hookline init wrote.`, remedy);
    }
  }

  /** Begins without writing anything. */
  static begin(files: Files, path: string, choices: Choices): InitProgress {
    return new InitProgress(files, path, { version: 1, choices, made: NOTHING });
  }

  /** Goes on with what was made, and with choices that are on disk with the next note. */
  choosing(choices: Choices): InitProgress {
    return new InitProgress(this.#files, this.#path, { ...this.#state, choices });
  }

  get choices(): Choices {
    return this.#state.choices;
  }

  get made(): Made {
    return this.#state.made;
  }

  /** Notes what was made or is about to be; on disk when it returns. */
  note(change: Partial<Made>): void {
    this.#state = { ...this.#state, made: { ...this.#state.made, ...change } };
    if (!this.#files.exists(dirname(this.#path))) this.#files.makeFolder(dirname(this.#path), PRIVATE_FOLDER);
    writeWhole(this.#files, this.#path, `${JSON.stringify(this.#state, null, 2)}\n`, PRIVATE_FILE);
  }

  /** Ends it: nothing is left that init made. */
  forget(): void {
    this.#files.remove(this.#path);
    if (this.#files.isEmptyFolder(dirname(this.#path))) this.#files.removeFolder(dirname(this.#path));
  }
}
