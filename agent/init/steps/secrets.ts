import { secretText } from "../../settings/setting-text.ts";
import type { InitContext, Step } from "../world/context.ts";
import { PRIVATE_FILE, PRIVATE_FOLDER } from "../world/files.ts";
import { InitError } from "../world/init-error.ts";
import { placeFile } from "../world/place-file.ts";

/** 256 bits; as base64url they fit a header, a .env file and GitHub's field alike. */
const SECRET_BYTES = 32;

/** Makes the webhook's secret and the link's token, and keeps the token for GitHub that was given. */
export const secretsStep: Step = {
  id: "secrets",
  plan: ({ layout, progress }) => [
    `make the webhook's secret in ${layout.webhookSecret} and the link's token in ${layout.token}, unless they are there`,
    ...(progress.choices.app ? [] : [`keep the GitHub token in ${layout.githubToken}`]),
  ],
  async run(context) {
    const { layout, progress } = context;
    for (const path of [layout.webhookSecret, layout.token]) {
      if (context.world.files.exists(path)) continue;
      await placeSecret(path, randomText(context), context);
    }
    if (!progress.choices.app) await keepGitHubToken(context);
    return `secrets in ${layout.secrets}`;
  },
};

/** Writes a file that its owner alone may read. */
export async function placeSecret(path: string, secret: string, context: InitContext): Promise<void> {
  const { options, progress, world } = context;
  const wanted = { path, text: `${secret}\n`, mode: PRIVATE_FILE, folderMode: PRIVATE_FOLDER };
  await placeFile(wanted, { files: world.files, progress, force: options.force, ask: world.ask });
}

/** A secret that an earlier step or the operator has put there. @throws {InitError} when it is not there */
export function readSecret(path: string, { world }: Pick<InitContext, "world">): string {
  const text = world.files.read(path)?.trim() ?? "";
  if (text !== "") return text;
  const remedy = "Remove the file and run hookline init again.";
  throw new InitError("secret-missing", `${path} is missing or empty.`, remedy);
}

function randomText({ world }: InitContext): string {
  return Buffer.from(world.randomBytes(SECRET_BYTES)).toString("base64url");
}

/** From the environment, which may have a newer one than was kept, or asked for. */
async function keepGitHubToken(context: InitContext): Promise<void> {
  const { layout, env, cwd, world } = context;
  const given = secretText("GITHUB_TOKEN", env, cwd);
  if ("failed" in given) throw new InitError("config-invalid", `${given.path} ${given.failed}.`, "Correct it.");
  if (given.text === null && world.files.exists(layout.githubToken)) return;
  const asked = given.text ?? (await world.ask?.text("GitHub token (it is not shown):", { hidden: true })) ?? "";
  if (asked === "") {
    throw new InitError(
      "github-token",
      "No token for GitHub was given.",
      "Set GITHUB_TOKEN, or GITHUB_TOKEN_FILE: a classic token with admin:org and admin:org_hook, for repositories repo and admin:repo_hook; or let init make a GitHub App with --app.",
    );
  }
  await placeSecret(layout.githubToken, asked, context);
}
