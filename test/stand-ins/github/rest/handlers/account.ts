import { accountPayload } from "../../hooks/account-payload.ts";
import { instant } from "../../hooks/rewrite.ts";
import type { Account } from "../../state/model.ts";
import { ok, type Handler } from "../handler.ts";
import { accountOf } from "../principal.ts";
import { Refusal } from "../refusal.ts";

/** https://docs.github.com/en/rest/meta/meta, https://docs.github.com/en/rest/rate-limit/rate-limit, https://docs.github.com/en/rest/users/users */
export const accountHandlers: Readonly<Record<string, Handler>> = {
  "meta/get": () =>
    ok({
      verifiable_password_authentication: false,
      hooks: ["127.0.0.1/32"],
      web: ["127.0.0.1/32"],
      api: ["127.0.0.1/32"],
    }),
  "rate-limit/get": ({ world, principal }) => {
    const account = accountOf(principal);
    const core = world.rateLimits.bucket(account, "core");
    const registration = world.rateLimits.bucket(account, "actions_runner_registration");
    return ok({
      resources: { core, search: core, actions_runner_registration: registration },
      rate: core,
    });
  },
  "users/get-authenticated": ({ world, principal }) => {
    if (principal.kind !== "personal") throw new Refusal(403, "Resource not accessible by integration");
    const { login } = principal.token;
    const known: Account = world.accounts.account(login) ?? { id: 583_231, login, kind: "user" };
    return ok({
      ...accountPayload(known, world.apiUrl),
      name: null,
      company: null,
      blog: "",
      location: null,
      email: null,
      hireable: null,
      bio: null,
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      created_at: instant(0),
      updated_at: instant(0),
    });
  },
};
