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

/**
 * Takes a text apart. `$$` before a name or a brace stands for the character `$`.
 *
 * @param known the variables that may stand in it
 * @throws {ValueError} for a variable that is not known
 */
export function parseTemplate(text: string, known: readonly Variable[] = VARIABLES): Template {
  const parts: (string | { readonly variable: Variable })[] = [];
  let literal = "", end = 0;
  for (const match of text.matchAll(/\$(?:\$(?=[A-Za-z_{])|([A-Za-z_]\w*)|\{([^}]*)\}?)/g)) {
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[0] === "$$") {
      literal += "$";
      continue;
    }
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push({ variable: variableOf(match[0], match[1] ?? match[2]!, known) });
  }
  literal += text.slice(end);
  if (literal !== "") parts.push(literal);
  return parts;
}

function variableOf(written: string, name: string, known: readonly Variable[]): Variable {
  const variable = known.find((candidate) => candidate === name);
  const isOpen = written.startsWith("${") && !written.endsWith("}");
  if (variable !== undefined && !isOpen) return variable;
  const names = known.map((candidate) => `$${candidate}`);
  const hint = isOpen
    ? ': a "}" is missing'
    : suggestion(`$${name}`, names) || `: known are ${names.join(", ")}`;
  throw new ValueError(
    `unknown variable ${quote(written)}${hint} (${quote(`$${written}`)} is the text itself)`,
  );
}

/** True if not all of a template is written. */
export function hasVariables(template: Template): boolean {
  return template.some((part) => typeof part !== "string");
}

/** A template as a file may have it. */
export function formatTemplate(template: string | Template): string {
  return (typeof template === "string" ? [template] : template).map((part, index) => {
    if (typeof part !== "string") {
      const next = template[index + 1];
      return typeof next === "string" && /^\w/.test(next) ? `\${${part.variable}}` : `$${part.variable}`;
    }
    return part.replace(/\$(?=[A-Za-z_{])/g, "$$$$");
  }).join("");
}
