/** Which kind of credential made a call: a person's token, an App's installation, or the App itself. */
export type CredentialKind = "token" | "installation" | "app";

/** What to do about a 401. */
export function unauthorizedRemedy(speaker: CredentialKind): string {
  switch (speaker) {
    case "token":
      return "Check that GITHUB_TOKEN is complete, not expired and not revoked; if so, make a new token.";
    case "installation":
      return "A new installation token is made for the next call. If it stays so, check that the App is installed and not suspended, and that this machine's clock is right.";
    case "app":
      return "Check that GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY belong together, that the key was not deleted, and that this machine's clock is right.";
  }
}

/**
 * What to do about a refusal: names the missing permission where GitHub does, in `x-accepted-github-permissions`
 * (fine-grained tokens, Apps) or `x-accepted-oauth-scopes` beside `x-oauth-scopes` (classic tokens).
 *
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible
 */
export function permissionRemedy(headers: Headers, speaker: CredentialKind): string {
  if (headers.has("x-github-sso"))
    return "Authorize the token for the organization's single sign-on in its settings on GitHub.";
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
