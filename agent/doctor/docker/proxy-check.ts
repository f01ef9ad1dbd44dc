import { hasProxy, type OwnProxy } from "../../settings/own-proxy.ts";
import type { HostFeatures } from "../../slots/docker/host-features.ts";
import { Skipped, type Finding } from "../check/check.ts";

/** Whether the engine, which pulls images by itself, has a proxy where the agent needs one. https://docs.docker.com/engine/daemon/proxy/ */
export function judgeProxy({ pullsByProxy }: HostFeatures, proxy: OwnProxy): Finding {
  if (!hasProxy(proxy))
    return { status: "pass", summary: "the agent has no proxy, so the engine is expected to need none" };
  if (pullsByProxy === null) throw new Skipped("the engine does not tell whether it has a proxy of its own");
  if (pullsByProxy) return { status: "pass", summary: "the engine pulls images through a proxy of its own" };
  return {
    status: "warn",
    summary:
      "the agent goes out through a proxy, and the engine has none: pulls of images fail where it is the only way out",
    remedy:
      'set "proxies": {"http-proxy": …, "https-proxy": …, "no-proxy": …} in /etc/docker/daemon.json (before Docker 23: HTTP_PROXY and HTTPS_PROXY in the environment of its service) and restart Docker',
  };
}
