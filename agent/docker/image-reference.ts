/** An image reference in the two parts that the pull call takes. */
export interface ImageReference {
  readonly repository: string;
  /** A tag, or a digest such as `sha256:…`, which wins over a tag. */
  readonly tag: string;
}

/**
 * Splits `registry:5000/owner/name:tag@digest`. Without tag and digest it is `latest`: a pull without a tag would
 * fetch all of them.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Image/operation/ImageCreate
 */
export function splitImageReference(reference: string): ImageReference {
  const [named = "", digest] = reference.split("@", 2);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const repository = colon === -1 ? named : named.slice(0, colon);
  const tag = colon === -1 ? "latest" : named.slice(colon + 1);
  return { repository, tag: digest ?? tag };
}
