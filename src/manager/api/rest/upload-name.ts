/** What a client that percent-encodes file names leaves in them. */
const ENCODED = /^[A-Za-z0-9_.~!'()*\-%"]*$/

/**
 * The path that the file name of an upload stands for. The official client percent-encodes all of it, slashes too;
 * browsers and others send it as it is, which shows by characters that an encoder would not have left.
 */
export function uploadName(sent: string): string {
  if (!ENCODED.test(sent)) return sent
  try {
    return decodeURIComponent(sent)
  } catch {
    return sent
  }
}
