/**
 * The words of `try_files`: what is looked for, and what comes where nothing was found.
 *
 * @module
 */
import { quote } from "./issues.ts";
import { parsePath } from "./names.ts";
import { type Template, TRY_FILES_VARIABLES, type TryFiles } from "./value_types.ts";
import { ValueError } from "./values.ts";
import { hasVariables, parseTemplate } from "./variables.ts";

/** One of the paths that try_files looks for: `$uri`, `$uri/`, `$uri.html`, `/fixed`. */
export function parseCandidate(written: string): string {
  const text = written.replace(/^\$\{uri\}/, "$uri");
  if (text.startsWith("=")) {
    throw new ValueError(
      `a code can only stand last in try_files, where nothing else was found: ${quote(text)}`,
    );
  }
  const fixed = text.startsWith("$uri") ? text.slice("$uri".length) : text;
  if (fixed.includes("$") || (fixed === text && !text.startsWith("/"))) {
    throw new ValueError(
      `expected $uri, $uri/, $uri.html or a path that starts with "/", not ${quote(text)}`,
    );
  }
  parsePath(fixed.startsWith("/") ? fixed : `/x${fixed}`);
  return text;
}

/** What try_files falls back to: a path to go on with, which may have a query, or a status. */
export function parseLastResort(text: string): Pick<TryFiles, "last" | "query"> {
  if (text.startsWith("$")) {
    throw new ValueError(
      `the last of try_files is taken without a look whether it exists, so it cannot be ${quote(text)}: ` +
        "add =404 or a path after it",
    );
  }
  if (text.startsWith("=")) return { last: parseLastStatus(text) };
  if (/\$\{?is_args/.test(text)) {
    throw new ValueError(`"$is_args" is not known: write "?$args" where it stands, not ${quote(text)}`);
  }
  const mark = text.indexOf("?");
  if (mark < 0) return { last: parseLastPath(text) };
  return { last: parseLastPath(text.slice(0, mark)), query: parseQuery(text.slice(mark + 1), text) };
}

function parseLastStatus(text: string): number {
  const status = /^=\d{3}$/.test(text) ? Number(text.slice(1)) : NaN;
  if (status >= 400 && status <= 599) return status;
  throw new ValueError(`expected a code from =400 to =599, not ${quote(text)}`);
}

/** `/index.php`, or `/index.php$uri`. */
function parseLastPath(text: string): string | Template {
  if (/\$(?:args\b|\{args\})/.test(text)) {
    throw new ValueError(`$args can only stand in the query, behind a "?", not in ${quote(text)}`);
  }
  const template = parseTemplate(text, ["uri"]);
  if (!hasVariables(template)) return parsePath(template.join(""));
  parsePath(template.map((part) => typeof part === "string" ? part : "/x").join("").replaceAll("//", "/"));
  return template;
}

function parseQuery(query: string, text: string): Template {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x20\x7f"<>#]/.test(query) || !query.isWellFormed()) {
    throw new ValueError(`expected a query without spaces, quotes, "<", ">" or "#", not ${quote(text)}`);
  }
  return parseTemplate(query, TRY_FILES_VARIABLES).map((part) =>
    typeof part === "string" ? part.replace(/[^\x21-\x7e]+/g, encodeURIComponent) : part
  );
}
