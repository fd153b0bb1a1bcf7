/**
 * The policies of pages, by the texts that they have: the hash of each text is made once.
 *
 * @module
 */
import { type PageHashes, pagePolicy } from "../pages/policy.ts";

/** So many different texts are remembered: a thread has a few, which are constants. */
const REMEMBERED = 64;

const hashes = new Map<string, Promise<string>>();
const encoder = new TextEncoder();

/**
 * The value of Content-Security-Policy for a page.
 *
 * @param parts the whole text of each of its elements `style` and `script`, as it stands in the page
 */
export async function policyOf(parts: PageHashes): Promise<string> {
  const [styles, scripts] = await Promise.all(
    [parts.styles, parts.scripts].map((texts) => Promise.all(texts.map(hashOf))),
  );
  return pagePolicy({ styles: styles!, scripts: scripts! });
}

function hashOf(text: string): Promise<string> {
  let hash = hashes.get(text);
  if (hash === undefined) {
    if (hashes.size >= REMEMBERED) hashes.clear();
    hashes.set(text, hash = digest(text));
  }
  return hash;
}

async function digest(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text))).toBase64();
}

/** A nonce for one answer: 128 bits of chance. */
export function newNonce(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64();
}
