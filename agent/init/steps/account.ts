import { InitError } from "../world/init-error.ts";
import type { InitContext, Step } from "../world/context.ts";
import type { Account } from "../world/wrangler.ts";

/** Finds the Cloudflare account, which wrangler is logged in to. */
export const accountStep: Step = {
  id: "account",
  plan: () => ["ask wrangler who is logged in to Cloudflare (wrangler whoami)"],
  async run(context) {
    const accounts = await context.wrangler.accounts();
    const account = await choose(accounts, context);
    if (context.progress.made.account !== account.id) context.progress.note({ account: account.id });
    return `Cloudflare account ${account.name}`;
  },
};

async function choose(accounts: readonly Account[], { options, progress, world, env }: InitContext): Promise<Account> {
  const wanted = progress.made.account ?? options.account ?? env["CLOUDFLARE_ACCOUNT_ID"] ?? null;
  if (options.account !== undefined && options.account !== wanted) {
    const remedy = "Leave --account out to go on, or take back what was made with hookline init --remove.";
    throw new InitError("begun-otherwise", "hookline init has begun in another account.", remedy);
  }
  const known = accounts.find(({ id }) => id === wanted);
  if (known !== undefined) return known;
  const listed = accounts.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
  if (wanted !== null) {
    const remedy = "Log in as a member of it, or name another with --account.";
    throw new InitError("account", `The account ${wanted} is none of this login's:\n${listed}`, remedy);
  }
  const [first] = accounts;
  if (first !== undefined && accounts.length === 1) return first;
  if (first === undefined || world.ask === null)
    throw new InitError("account", `Which account is meant?\n${listed}`, "Name it with --account ID.");
  const answer = await world.ask.text(
    `Which account? Its number:\n${accounts.map(({ name }, n) => `  ${n + 1}  ${name}`).join("\n")}\n`,
  );
  const chosen = accounts[Number(answer) - 1];
  if (chosen === undefined) throw new InitError("account", "No account has this number.", "Name it with --account ID.");
  return chosen;
}
