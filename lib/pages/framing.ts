/**
 * Who may show pages of ours within their own.
 *
 * @module
 */
import type { Field } from "../http/fields.ts";

/**
 * SECURITY: of every page that the server makes itself. Nobody: a page that lays ours under something else has people
 * press buttons that they do not see (Content Security Policy 3, section 6.4.2.1).
 */
export const NOT_FRAMED: Field = ["Content-Security-Policy", "frame-ancestors 'none'"];
