/** Which kind of credential made a call: a person's token, an App's installation, or the App itself. */
export type CredentialKind = "token" | "installation" | "app";

/** What to do about a 401. */
export function unauthorizedRemedy(speaker: CredentialKind): string {
  switch (speaker) {
    case "token":
      return "Check that GITHUB_TOKEN is complete, not expired and not revoked; if so, make a new token.";
    case "installation":
      return "A new installation token is made for the next call. If it stays so, check that the App is installed, and that this machine's clock is right.";
    case "app":
      return "Check that GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY belong together, that the key was not deleted, and that this machine's clock is right.";
  }
}

/**
 * What GitHub says where no permission is missing, and what helps. These are its published sentences.
 *
 * https://docs.github.com/en/apps/maintaining-github-apps/suspending-a-github-app-installation
 * https://docs.github.com/en/enterprise-cloud@latest/organizations/keeping-your-organization-secure/managing-security-settings-for-your-organization/managing-allowed-ip-addresses-for-your-organization
 * https://docs.github.com/en/organizations/managing-programmatic-access-to-your-organization/setting-a-personal-access-token-policy-for-your-organization
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [
    /installation has been suspended/i,
    "Unsuspend the App's installation: on GitHub, in the organization's or account's settings under GitHub Apps, Configure.",
  ],
  [
    /IP allow list/i,
    "Add this machine's address to the organization's IP allow list, in its settings under Authentication security. A home line may have got a new address.",
  ],
  [
    /forbids access via/i,
    "Use a credential that the organization admits: its settings under Personal access tokens say which. A GitHub App is always admitted.",
  ],
  [/SAML enforcement/i, "Authorize the token for the organization's single sign-on in its settings on GitHub."],
  [
    /account was suspended/i,
    "GitHub has suspended the account of this credential: use another one, or ask GitHub support.",
  ],
  [
    /User-Agent|administrative rules/i,
    "Look for a proxy that takes the User-Agent header from the call; GitHub requires one.",
  ],
];

/** A 403 that says in so many words, or in none, that a permission is missing. */
const LACKS_PERMISSION = /not accessible by|must have admin|admin rights|permission|^forbidden$|^$/i;

/** What GitHub said of a refusal, in its headers and its own sentence. */
export interface Refused {
  readonly headers: Headers;
  readonly said: string;
}

/** What to do about a 403: GitHub's own sentence first, a permission only where GitHub says that one is missing. */
export function forbiddenRemedy({ headers, said }: Refused, speaker: CredentialKind): string {
  if (headers.has("x-github-sso"))
    return "Authorize the token for the organization's single sign-on in its settings on GitHub.";
  const known = SENTENCES.find(([sentence]) => sentence.test(said));
  if (known !== undefined) return known[1];
  if (LACKS_PERMISSION.test(said) && !hasEveryScope(headers)) return permissionRemedy(headers, speaker);
  return `Do what GitHub's message asks for: "${said}".`;
}

/** What to do about a 404, which GitHub also gives where it hides what there is. */
export function notFoundRemedy({ headers }: Refused, speaker: CredentialKind, path: string): string {
  const [, organization] = /\/orgs\/([^/?]+)/.exec(path) ?? [];
  const account =
    organization === undefined
      ? ""
      : ` If ${decodeURIComponent(organization)} is a personal account, it has no runners of its own: list its repositories under "repositories" instead of "organization".`;
  const lacking = hasEveryScope(headers) ? "" : ` ${permissionRemedy(headers, speaker)}`;
  return `Check the name in config/pools.yaml. GitHub also answers 404 for what the credential may not see.${account}${lacking}`;
}

/** Whether GitHub's headers say that a classic token has a scope that the call takes. */
function hasEveryScope(headers: Headers): boolean {
  const scopes = headers.get("x-oauth-scopes");
  const wanted = headers.get("x-accepted-oauth-scopes");
  if (scopes === null || wanted === null || wanted === "") return false;
  const has = new Set(scopes.split(",").map((scope) => scope.trim()));
  return wanted.split(",").some((scope) => has.has(scope.trim()));
}

/**
 * Names the missing permission where GitHub does, in `x-accepted-github-permissions` (fine-grained tokens, Apps) or
 * `x-accepted-oauth-scopes` beside `x-oauth-scopes` (classic tokens).
 *
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible
 */
function permissionRemedy(headers: Headers, speaker: CredentialKind): string {
  const scopes = headers.get("x-oauth-scopes");
  if (scopes !== null) {
    const wanted = headers.get("x-accepted-oauth-scopes") ?? "";
    return `The token has the scopes [${scopes}]${wanted === "" ? "" : `; this call takes one of [${wanted}]`}. Organization runners need admin:org, repository runners and private repositories repo.`;
  }
  const holder = speaker === "token" ? "token" : "GitHub App, and accept the change in its installation,";
  const permissions = headers.get("x-accepted-github-permissions");
  if (permissions !== null && permissions !== "") return `Give the ${holder} this permission: ${permissions}.`;
  return `Give the ${holder} these permissions: Actions read, and Self-hosted runners write (organizations) or Administration write (repositories).`;
}
