/**
 * The icon of pages that the server makes.
 *
 * @module
 */

/**
 * None, which is said: browsers ask for /favicon.ico otherwise, and complain in their consoles that there is none. Without
 * quotes, since simple readers of listings take whatever stands in `href="..."` for a file.
 */
export const NO_ICON = '<link rel="icon" href=data:,>';
