/**
 * The media type of a file by its name (RFC 9110 section 8.3). Refuses nothing: what is unknown is
 * application/octet-stream, which browsers save and do not interpret. Only text/* is given a charset: JSON is UTF-8 by
 * definition (RFC 8259 section 8.1), and XML, SVG with it, says its own (RFC 7303 section 3).
 *
 * @module
 */
import { extension, typeByExtension } from "@std/media-types";

const UNKNOWN = "application/octet-stream";
const PLAIN = "text/plain; charset=utf-8";

/** Where the registry has nothing or an unrelated format, and a developer means the source file. */
const OVERRIDES: ReadonlyMap<string, string> = new Map([
  ["cjs", "text/javascript; charset=utf-8"],
  ...["diff", "go", "jsonc", "kt", "lock", "patch", "py", "rb", "rs", "swift", "tsx", "vue"].map(
    (extension) => [extension, PLAIN] as const,
  ),
]);

/** Files known as text by name alone, in lower case. */
const TEXT_NAMES: ReadonlySet<string> = new Set([
  ...["authors", "caddyfile", "changelog", "changes", "codeowners", "containerfile", "contributing"],
  ...["contributors", "copying", "dockerfile", "gemfile", "gnumakefile", "history", "install", "jenkinsfile"],
  ...[
    "justfile",
    "licence",
    "license",
    "makefile",
    "news",
    "notice",
    "procfile",
    "rakefile",
    "readme",
    "security",
  ],
  ...["thanks", "todo", "vagrantfile", "version"],
]);

/** The registry has some 1,200 extensions; names that clients store must not grow the table without end. */
const MAX_REMEMBERED = 512;
const remembered = new Map<string, string>();

/** The value of Content-Type for a file. A folder before the name, with `/`, does not matter. */
export function contentTypeOf(fileName: string): string {
  const base = fileName.lastIndexOf("/") + 1;
  const dot = fileName.lastIndexOf(".");
  // A leading dot is no extension: `.bashrc`.
  if (dot <= base) return TEXT_NAMES.has(fileName.slice(base).toLowerCase()) ? PLAIN : UNKNOWN;
  const extension = fileName.slice(dot + 1).toLowerCase();
  let type = remembered.get(extension);
  if (type === undefined) {
    type = lookUp(extension);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(extension, type);
  }
  return type;
}

function lookUp(extension: string): string {
  const override = OVERRIDES.get(extension);
  if (override !== undefined) return override;
  const type = typeByExtension(extension);
  if (type === undefined) return UNKNOWN;
  return type.startsWith("text/") ? `${type}; charset=utf-8` : type;
}

/** The usual extension for a value of Content-Type, with its dot; empty where there is none. */
export function extensionOf(contentType: string | undefined): string {
  const found = contentType === undefined
    ? undefined
    : extension(contentType.split(";", 1)[0]!.trim().toLowerCase());
  return found !== undefined && /^[a-z0-9]{1,10}$/.test(found) ? `.${found}` : "";
}
