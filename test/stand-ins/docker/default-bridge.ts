import { discard, rawCall } from "./raw-call.ts";
import { suiteName } from "./suite-names.ts";

/** Whether a container starts on the engine's default network and joins it, by the engine's own word. */
export async function defaultBridgeWorks(image: string): Promise<boolean> {
  const name = suiteName();
  const body = { Image: image, Cmd: ["/bin/true"], HostConfig: { NetworkMode: "bridge" } };
  try {
    await rawCall("POST", `/containers/create?name=${name}`, JSON.stringify(body));
    await rawCall("POST", `/containers/${name}/start`);
    const { NetworkSettings } = JSON.parse(await rawCall("GET", `/containers/${name}/json`));
    return NetworkSettings.Networks.bridge.NetworkID !== "";
  } catch (error) {
    if (/could not find bridge|network bridge not found/.test(String(error))) return false;
    throw error;
  } finally {
    await discard(`/containers/${name}?force=1&v=1`);
  }
}
