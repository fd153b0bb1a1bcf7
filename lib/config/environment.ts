/**
 * Variables of the environment in the values of a configuration: `${NAME}`, `${NAME:-default}`, and `$${` for `${`. They
 * are put in once the file is taken apart, so that what they hold is never YAML; and in a text with variables of a
 * request it is no such variable either (variables.ts).
 *
 * @module
 */
import { quote } from "./issues.ts";
import { suggestion } from "./suggestion.ts";
import { VARIABLES } from "./value_types.ts";
import { ValueError } from "./values.ts";

/**
 * Looks up a variable of the environment; undefined if there is none of this name.
 *
 * @throws {ValueError} if what it holds is no text
 */
export type Environment = (name: string) => string | undefined;

/** Part of a text: as the file has it, or what is no notation at all. */
interface Part {
  readonly text: string;
  readonly isLiteral: boolean;
}

const TEMPLATES =
  /^servers\[\d+\](?:\.locations\["(?:[^"\\]|\\.)*"\])?\.(?:proxy_set_header|return|try_files)(?:[.[]|$)/;

/** True if the value at a path of the file may have variables of a request. */
export function isTemplateAt(path: string): boolean {
  return TEMPLATES.test(path);
}

/** True if a text has something to be put in its place. */
export function namesVariables(text: string): boolean {
  return text.includes("${");
}

/** True if a text has what would be a variable in a value. */
export function hasNotation(text: string): boolean {
  return /(?<!\$)\$\{[A-Za-z_]\w*(?::-[^}]*)?\}/.test(text);
}

/**
 * The text with the values of its variables. An empty variable has its default, as in a shell.
 *
 * @param isTemplate it may have variables of a request, which stay: `${host}` is one of these there
 * @throws {ValueError} for a variable that is not there and has no default, and for what is no variable
 */
export function expand(text: string, environment: Environment, isTemplate: boolean): string {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\$\{|\$\{([^}]*)(\}?)/g)) {
    const [written, name = "", brace] = match;
    if (isTemplate && VARIABLES.some((known) => written === `\${${known}}`)) continue;
    parts.push({ text: text.slice(end, match.index), isLiteral: false });
    end = match.index + written.length;
    if (written === "$${") parts.push({ text: "${", isLiteral: true });
    else if (brace === "") throw new ValueError(lacksBrace(written));
    else parts.push(valueOf(written, name, environment, isTemplate));
  }
  parts.push({ text: text.slice(end), isLiteral: false });
  return isTemplate ? joinTemplate(parts) : parts.map((part) => part.text).join("");
}

/** What is not meant to be a variable may have been there before there were any. */
const WAY_OUT = '("$${" is the text "${")';

/** Why a variable is refused that nothing closes. */
export function lacksBrace(written: string): string {
  return `${quote(written)} lacks its "}" ${WAY_OUT}`;
}

function valueOf(written: string, inner: string, environment: Environment, isTemplate: boolean): Part {
  const [, name, other] = /^([A-Za-z_]\w*)(?::-([^]*))?$/.exec(inner) ?? [];
  if (name === undefined) {
    throw new ValueError(
      `expected "\${NAME}", "\${NAME:-default}" or "$\${" for "\${", not ${quote(written)}`,
    );
  }
  if (other?.includes("${")) {
    throw new ValueError(`a default cannot have a variable in it, as ${quote(written)} has`);
  }
  const value = environment(name);
  if (value !== undefined && (value !== "" || other === undefined)) return { text: value, isLiteral: true };
  // What the file itself says may name variables of a request.
  if (other !== undefined) return { text: other, isLiteral: false };
  throw new ValueError(
    `the environment has no variable ${name}${isTemplate ? hint(name) : ""}: ` +
      `set it, or write "\${${name}:-default}" ${WAY_OUT}`,
  );
}

function hint(name: string): string {
  const words = suggestion(`$${name}`, VARIABLES.map((known) => `$${known}`));
  return words === "" ? "" : ` (${words.replace(/^: /, "")})`;
}

/** Puts parts together so that only what the file has in a template is read as a variable of a request. */
function joinTemplate(parts: readonly Part[]): string {
  const merged: Part[] = [];
  for (const { text, isLiteral } of parts) {
    const last = merged.at(-1);
    if (last?.isLiteral === isLiteral) merged[merged.length - 1] = { text: last.text + text, isLiteral };
    else if (text !== "") merged.push({ text, isLiteral });
  }
  return merged.map(({ text, isLiteral }, index) => {
    const next = merged[index + 1]?.text ?? "";
    return isLiteral ? escaped(text, next) : closed(text, next);
  }).join("");
}

/** A value without a dollar sign that begins a variable. */
function escaped(value: string, next: string): string {
  if (value.endsWith("$") && next.startsWith("$")) {
    throw new ValueError('a value that ends with "$" cannot stand right before a variable of the request');
  }
  const behind = next.slice(0, 1);
  const whole = (value + behind).replace(/\$(?=[A-Za-z_{])/g, "$$$$");
  return whole.slice(0, whole.length - behind.length);
}

/** A text whose last variable does not go on into what stands behind it. */
function closed(text: string, next: string): string {
  return /^\w/.test(next) ? text.replace(/(?<!\$)\$([A-Za-z_]\w*)$/, "${$1}") : text;
}
