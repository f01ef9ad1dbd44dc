import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

import { WebSocket } from "ws";
import * as z from "zod";

const message = z.object({
  id: z.number().optional(),
  method: z.string().optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Answer = z.infer<typeof message>;

/** Where Chromium is; null where there is none. */
export function findChromium(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "chromium")).find((path) => existsSync(path)) ?? null;
}

/** Whether a machine without Chromium fails the tests that need it, in place of skipping them. */
export const chromiumRequired = process.env["HOOKLINE_REQUIRE_CHROMIUM"] === "1";

/** One page in a real, headless Chromium, driven over its own protocol: https://chromedevtools.github.io/devtools-protocol/ */
export class Chromium implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #events = new Set<(method: string) => void>();
  #session: string | undefined;
  #sent = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const heard = message.parse(JSON.parse(data.toString("utf8")));
      if (heard.id !== undefined) this.#waiting.get(heard.id)?.(heard);
      else for (const listen of this.#events) listen(heard.method ?? "");
    });
  }

  static async start(program: string): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), "hookline-chromium-"));
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
    const args = [...flags, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"];
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    const socket = new WebSocket(await debuggerUrl(child));
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const chromium = new Chromium(child, profile, socket);
    await chromium.#attach();
    return chromium;
  }

  async open(url: string): Promise<void> {
    await this.#afterLoad(() => this.#send("Page.navigate", { url }));
  }

  /** Clicks what the selector finds and waits until the page that it leads to has loaded. */
  async click(selector: string): Promise<void> {
    await this.#afterLoad(() => this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`));
  }

  /** The value of an expression on the page. Throws what the page throws. */
  async evaluate(expression: string): Promise<unknown> {
    const result = await this.#send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    if ("exceptionDetails" in result) throw new Error(`on the page: ${JSON.stringify(result["exceptionDetails"])}`);
    return (result["result"] as { readonly value?: unknown }).value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#socket.terminate();
    if (this.#process.pid !== undefined && this.#process.exitCode === null) process.kill(-this.#process.pid, "SIGKILL");
    await gone;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #attach(): Promise<void> {
    const { targetInfos } = await this.#send("Target.getTargets", {});
    const pages = targetInfos as readonly { readonly type: string; readonly targetId: string }[];
    const targetId = pages.find(({ type }) => type === "page")?.targetId;
    const { sessionId } = await this.#send("Target.attachToTarget", { targetId, flatten: true });
    this.#session = String(sessionId);
    await this.#send("Page.enable", {});
  }

  async #afterLoad(act: () => Promise<unknown>): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      const listen = (method: string): void => {
        if (method !== "Page.loadEventFired") return;
        this.#events.delete(listen);
        resolve();
      };
      this.#events.add(listen);
    });
    await act();
    await loaded;
  }

  #send(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#sent;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, result }) => {
        this.#waiting.delete(id);
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      this.#socket.send(JSON.stringify({ id, method, params, sessionId: this.#session }));
    });
  }
}

function debuggerUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`chromium ended with ${code}`)));
    if (child.stderr === null) return reject(new Error("chromium has no standard error"));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const url = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
