/**
 * What a WebSocket over HTTP/1.1 has and one over HTTP/2 has not (RFC 6455 section 4, RFC 8441 section 5.1): a key, and the
 * upstream's proof that it has read it.
 *
 * @module
 */

const PROOF = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A key that nobody can guess. */
export function newKey(): string {
  return base64(crypto.getRandomValues(new Uint8Array(16)));
}

/** What the upstream answers to a key. */
export async function acceptOf(key: string): Promise<string> {
  return base64(new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + PROOF))));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
