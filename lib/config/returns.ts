/**
 * The answer of a `return`: `301 /new`, `200 some text`, `404`, with variables in the target and in the text.
 *
 * @module
 */
import { quote } from "./issues.ts";
import { parseTarget } from "./redirect_target.ts";
import { type Return, RETURN_VARIABLES } from "./value_types.ts";
import { ValueError } from "./values.ts";
import { hasVariables, parseTemplate } from "./variables.ts";

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const WITHOUT_CONTENT: readonly number[] = [204, 205, 304];
/** Part of a file, two that HTTP no longer has, and nginx's way to hang up. */
const UNUSABLE: readonly number[] = [206, 305, 306, 444];

/**
 * The answer of `return: 301 /new`, `return: 200 some text` or `return: 404`.
 *
 * @throws {ValueError}
 */
export function parseReturn(text: string): Return {
  const [, code, rest] = /^\s*(\S+)(?:\s+(\S[^]*))?\s*$/.exec(text) ?? [];
  if (code === undefined || !/^\d{3}$/.test(code)) {
    throw new ValueError(
      `expected a code and what it takes, such as "301 /new" or "404 No such page", not ${quote(text)}`,
    );
  }
  const status = parseReturnStatus(code);
  return makeReturn(status, REDIRECTS.includes(status) ? { location: rest?.trim() } : { body: rest });
}

/**
 * A status that a `return` may have.
 *
 * @throws {ValueError}
 */
export function parseReturnStatus(text: string): number {
  const status = /^\d{3}$/.test(text) ? Number(text) : NaN;
  if (status >= 200 && status <= 599 && !UNUSABLE.includes(status)) return status;
  throw new ValueError(`expected a status from 200 to 599 that a server may answer, not ${quote(text)}`);
}

/**
 * Puts the parts of a `return` together.
 *
 * @throws {ValueError} if they do not fit: a redirect takes a target, 204 and 304 take nothing, all others a text
 */
export function makeReturn(
  status: number,
  { location, body }: { location?: string | undefined; body?: string | undefined },
): Return {
  if (REDIRECTS.includes(status)) {
    if (body !== undefined) throw new ValueError(`a redirect with ${status} takes a target, not a text`);
    if (location === undefined) throw new ValueError(`${status} needs a target, such as "${status} /new"`);
    return { status, location: parseTarget(location) };
  }
  if (location !== undefined) {
    throw new ValueError(`${status} takes no target: a redirect has 301, 302, 303, 307 or 308`);
  }
  if (body === undefined) return { status };
  if (WITHOUT_CONTENT.includes(status)) throw new ValueError(`${status} has no content: it takes no text`);
  const text = parseTemplate(body, RETURN_VARIABLES);
  return { status, body: hasVariables(text) ? text : text.join("") };
}
