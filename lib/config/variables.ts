/**
 * Texts with variables of a request in them, in nginx's notation: `$host`, or `${host}` where a letter follows. Taken
 * apart here, so that an unknown name is found when the configuration is read, and put together for each request by
 * whoever knows it.
 *
 * @module
 */
import { quote } from "./issues.ts";
import { suggestion } from "./suggestion.ts";
import { type Template, type Variable, VARIABLES } from "./value_types.ts";
import { ValueError } from "./values.ts";

/** Takes a text apart. @throws {ValueError} for a variable that is not known */
export function parseTemplate(text: string): Template {
  const parts: (string | { readonly variable: Variable })[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$(?:([A-Za-z_]\w*)|\{([^}]*)\}?)/g)) {
    const name = match[1] ?? match[2]!;
    const variable = VARIABLES.find((known) => known === name);
    if (variable === undefined) {
      const hint = suggestion(`$${name}`, VARIABLES.map((known) => `$${known}`)) ||
        `: known are ${VARIABLES.map((known) => `$${known}`).join(", ")}`;
      throw new ValueError(`unknown variable ${quote(match[0])}${hint}`);
    }
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ variable });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}
