import { rawCall } from "../../stand-ins/docker/raw-call.ts";

/** The same image under another tag of its name. */
export async function tagImage(image: string, tag: string): Promise<{ tagged: string; remove: () => Promise<void> }> {
  const repo = image.slice(0, image.lastIndexOf(":"));
  await rawCall("POST", `/images/${image}/tag?repo=${encodeURIComponent(repo)}&tag=${tag}`);
  return {
    tagged: `${repo}:${tag}`,
    remove: async () => void (await rawCall("DELETE", `/images/${repo}:${tag}`)),
  };
}
