/**
 * How wrangler is called in a checkout, by the version that is pinned there. `--env=` names the top level of
 * `wrangler.toml`: without it wrangler warns where a file has environments, and with another the command is about
 * another Worker. https://developers.cloudflare.com/workers/wrangler/environments/
 */
export function wranglerCommand(command: string): string {
  return `npx -y pnpm@12 exec wrangler ${command} --env=`;
}
