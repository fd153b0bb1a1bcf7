/**
 * Where the link that logs in leads.
 *
 * @module
 */

/** Its query is the secret of the link. */
export const LOGIN_PATH = "/.webserv/login";

/** SECURITY: a text for a log without the secret that may be in it. PERF: nearly none has one, and stays as it is. */
export function withoutSecret(target: string): string {
  const found = target.indexOf(SECRET);
  return found < 0 ? target : `${target.slice(0, found)}${LOGIN_PATH}`;
}

const SECRET = `${LOGIN_PATH}?`;
