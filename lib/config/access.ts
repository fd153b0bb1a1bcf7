/**
 * Who may come in: the values of `auth_basic`, `access`, `allow` and `deny`.
 *
 * @module
 */
import { type Decoder, isList, isMap, list, object, parsed, refuse } from "./decoder.ts";
import { quote } from "./issues.ts";
import { parseTrustedProxy } from "./names.ts";
import type { AccessRights, Who } from "./value_types.ts";
import { ValueError } from "./values.ts";

/** In the place of a file: the users that the command line has made, which the main thread alone knows. No path is like it. */
export const OWN_USERS = ":own";

const WHO = "all, users, none, or a list of names";

/**
 * A user's name, as it stands in a user file and in Authorization (RFC 7617 section 2: no colon, no control characters).
 *
 * @throws {ValueError}
 */
export function parseUserName(text: string): string {
  // deno-lint-ignore no-control-regex
  if (text !== "" && text.length <= 255 && !/[:\x00-\x1f\x7f]/.test(text)) return text;
  throw new ValueError(`expected a user's name, without a colon, not ${quote(text)}`);
}

const userNames = list(WHO, parsed("a user's name", parseUserName));

/** `all`, `users`, `none`, or names. */
const who: Decoder<Who> = (node, report) => {
  if (isList(node.value)) return userNames(node, report);
  const { value } = node;
  return value === "all" || value === "users" || value === "none" ? value : refuse(node, WHO, report);
};

const rights = object("a mapping such as { read: all, write: [anna] }", { read: who, write: who });

/** What is written of `access`. */
export const access: Decoder<AccessRights> = (node, report) => {
  if (!isMap(node.value)) return refuse(node, "a mapping such as { read: all, write: [anna] }", report);
  return rights(node, report)?.values;
};

/** What is not written in the place itself is inherited. */
export function mergeAccess(inherited: AccessRights, own: AccessRights): AccessRights {
  return { ...inherited, ...own };
}

/** An address or a network in its normal form, or `all`. */
export const network: Decoder<string> = parsed(
  "an address, a network such as 10.0.0.0/8, or all",
  (text) => text === "all" ? text : parseTrustedProxy(text),
);

/**
 * A realm, or `off` (RFC 7617 section 2).
 *
 * @throws {ValueError}
 */
export const realm: Decoder<string> = (node, report) => {
  if (node.value === false) return "off";
  return parsed("a realm such as Family, or off", (text) => {
    // deno-lint-ignore no-control-regex
    if (text !== "" && text.length <= 200 && !/[\x00-\x1f\x7f]/.test(text)) return text;
    throw new ValueError(`expected a realm such as Family, or off, not ${quote(text)}`);
  })(node, report);
};
