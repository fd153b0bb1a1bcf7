/**
 * The Content Security Policy of pages that the server makes out of what strangers store: whatever gets into such a page,
 * nothing runs in it but our own scripts, which are named by their hashes (Content Security Policy 3, section 2.3.1).
 *
 * @module
 */

/** Hashes of the texts of a page's elements `style` and `script`: SHA-256 in base64. */
export interface PageHashes {
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
}

/**
 * The value of Content-Security-Policy. Pictures, sound and video may come from this server alone; nobody may show the
 * page within another, and it may show nothing within itself but files of its own (a PDF).
 */
export function pagePolicy({ styles, scripts }: PageHashes): string {
  return [
    "default-src 'none'",
    `script-src ${sources(scripts)}`,
    `style-src ${sources(styles)}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "connect-src 'self'",
    "frame-src 'self' blob:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The same policy, which lets one more script be: with a nonce that was made for this answer alone. */
export function policyWithNonce(policy: string, nonce: string): string {
  return policy.replace(
    /script-src (?:'none'(?=;)|(?='))/,
    (found) => `script-src 'nonce-${nonce}'${found.endsWith(" ") ? " " : ""}`,
  );
}

function sources(hashes: readonly string[]): string {
  return hashes.length === 0 ? "'none'" : hashes.map((hash) => `'sha256-${hash}'`).join(" ");
}
