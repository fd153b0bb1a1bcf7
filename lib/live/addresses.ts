/**
 * Where pages find what has them load themselves anew. It lies beside all locations.
 *
 * @module
 */

/** The script that every page has at its end. */
export const LIVE_SCRIPT_PATH = "/.webserv/live.js";

/** The stream of what has changed, as server-sent events (HTML, section 9.2). */
export const LIVE_EVENTS_PATH = "/.webserv/live";
