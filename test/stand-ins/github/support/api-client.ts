import type { LoopbackGitHub } from "../loopback-github.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape; ajv has checked them
  readonly body: any;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Makes one call of a test, `GET /path`, and reads its answer. */
export async function call(github: LoopbackGitHub, line: string, options: CallOptions = {}): Promise<ApiAnswer> {
  const [method = "GET", path = "/"] = line.split(" ");
  const response = await fetch(`${github.apiUrl}${path}`, {
    method,
    headers: {
      "user-agent": "hookline-test",
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? null : (JSON.parse(text) as unknown),
  };
}

/** Registers a runner for the organization `octo` and returns its JIT configuration. */
export async function mint(
  github: LoopbackGitHub,
  token: string,
  name: string,
  labels: readonly string[] = ["self-hosted", "linux", "x64"],
): Promise<string> {
  const body = { name, runner_group_id: 1, labels };
  const answer = await call(github, "POST /orgs/octo/actions/runners/generate-jitconfig", { token, body });
  if (answer.status !== 201) throw new Error(`no runner: ${answer.status} ${JSON.stringify(answer.body)}`);
  return String(answer.body.encoded_jit_config);
}
