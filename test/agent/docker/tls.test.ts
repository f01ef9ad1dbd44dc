import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { DockerClient } from "../../../agent/docker/docker-client.ts";
import { engineHost } from "../../../agent/docker/docker-host.ts";
import { makeCertificates } from "../../stand-ins/docker/certificates.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

const signal = new AbortController().signal;

/** An engine that answers a ping to whom its authority has signed a certificate. */
async function engine(folder: string): Promise<number> {
  const file = (name: string): Buffer => readFileSync(join(folder, name));
  const options = { ca: file("ca.pem"), cert: file("server-cert.pem"), key: file("server-key.pem") };
  const server = createServer({ ...options, requestCert: true, rejectUnauthorized: true }, (_request, answer) => {
    answer.setHeader("Api-Version", "1.41");
    answer.end(JSON.stringify({ ApiVersion: "1.41", Version: "1", MinAPIVersion: "1.12" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function clientOf(port: number, folder: string, ca = join(folder, "ca.pem")): DockerClient {
  const tls = { ca, cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  const client = new DockerClient(engineHost({ host: `tcp://127.0.0.1:${port}`, tls }));
  onTestFinished(() => client.close());
  return client;
}

test("both sides prove who they are by the files of the pools file", async () => {
  const folder = temporaryFolder();
  makeCertificates(folder, "127.0.0.1");
  const client = clientOf(await engine(folder), folder);
  expect(await client.system.negotiate(signal)).toBe("1.41");
});

test("an engine whose certificate another authority has signed is not spoken to, and the error says what must fit", async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  makeCertificates(folder, "127.0.0.1");
  makeCertificates(other, "127.0.0.1");
  const client = clientOf(await engine(folder), folder, join(other, "ca.pem"));
  const failed = client.system.negotiate(signal);
  await expect(failed).rejects.toMatchObject({
    code: "permission",
    remedy: expect.stringContaining("docs/engines.md"),
  });
});

test("an engine under another name than its certificate's is not spoken to", async () => {
  const folder = temporaryFolder();
  makeCertificates(folder, "10.9.9.9");
  const client = clientOf(await engine(folder), folder);
  await expect(client.system.negotiate(signal)).rejects.toMatchObject({ code: "permission" });
});

test("certificates that are put right are taken up without a restart", async () => {
  const [folder, mine] = [temporaryFolder(), temporaryFolder()];
  makeCertificates(folder, "127.0.0.1");
  const client = clientOf(await engine(folder), mine);
  await expect(client.system.negotiate(signal)).rejects.toMatchObject({
    code: "permission",
    message: expect.stringMatching(/ca\.pem cannot be read/),
  });
  execFileSync("cp", ["-r", `${folder}/.`, mine]);
  expect(await client.system.negotiate(signal)).toBe("1.41");
});
