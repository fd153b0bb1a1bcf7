/**
 * The media type of a file (RFC 9110 section 8.3), by its name, and where that does not tell, by its first bytes. Browsers
 * are told to take our word for it, so it must be right: what is source code or other text for a developer is text/plain,
 * whatever a registry has for its extension, since browsers show that and save most of the others. Refuses nothing: what
 * is no text and has no known name is application/octet-stream, which browsers save and do not interpret. Only text/* is
 * given a charset: JSON is UTF-8 by definition (RFC 8259 section 8.1), and XML, SVG with it, says its own (RFC 7303
 * section 3).
 *
 * @module
 */
import { MEDIA_TYPES } from "./media_types.ts";

const UNKNOWN = "application/octet-stream";
const PLAIN = "text/plain; charset=utf-8";

/** Where the registry has nothing, an unrelated format, or a name that browsers do not play. */
const OVERRIDES: ReadonlyMap<string, string> = new Map([
  ["cjs", "text/javascript; charset=utf-8"],
  ["flac", "audio/flac"],
  ["har", "application/json"],
  ["ipynb", "application/json"],
  ["vcf", "text/vcard; charset=utf-8"],
  ["wav", "audio/wav"],
  ...("bash bat cmd csh dart diff fish go gql graphql hjson json5 jsonc jsx kt ksh latex lock patch php pl pm ps1 py rb " +
    "rs sh sql srt svelte swift tcl tex toml tsx vue zsh").split(" ").map((name) => [name, PLAIN] as const),
]);

/**
 * Extensions that developers have for text and others for something else: which of the two it is, the content tells.
 * `.ts` is TypeScript, or a piece of a video, and players look at both the name and the type.
 */
const TEXT_OR_ELSE: ReadonlySet<string> = new Set(
  "asc cts dts key mod mts org pdb pot pub res scm sig sub tpl ts".split(" "),
);

/** Kinds of text that mean more to somebody than their text: all other text/* is shown as it is. */
const KEPT_TEXTS: ReadonlySet<string> = new Set(
  "cache-manifest calendar css csv html javascript markdown plain tab-separated-values vcard vtt xml".split(
    " ",
  )
    .map((subtype) => `text/${subtype}`),
);

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
const remembered = new Map<string, NamedType>();

/** What a name tells. */
interface NamedType {
  readonly type: string;
  /** The type holds only for what is no text. */
  readonly isDoubtful: boolean;
  /** There is an entry for it. */
  readonly isKnown: boolean;
}

const TEXT: NamedType = { type: PLAIN, isDoubtful: false, isKnown: true };
const ANYTHING: NamedType = { type: UNKNOWN, isDoubtful: true, isKnown: false };

/** So many bytes at its beginning tell whether a file is text. */
export const BEGINNING = 512;

/** The value of Content-Type that a file's name tells; undefined where it does not. What is before a `/` does not matter. */
export function typeByName(fileName: string): string | undefined {
  const { type, isDoubtful } = lookUp(fileName);
  return isDoubtful ? undefined : type;
}

/**
 * The value of Content-Type for a file whose name does not tell it.
 *
 * @param beginning its first BEGINNING bytes, or all of it
 */
export function typeByContent(fileName: string, beginning: Uint8Array): string {
  return isText(beginning) ? PLAIN : lookUp(fileName).type;
}

/** True if the extension of a file's name tells its type, be it that its content has a say in it. */
export function isToldByExtension(fileName: string): boolean {
  return extensionOfName(fileName) !== "" && lookUp(fileName).isKnown;
}

/** The extension of a file's name in lower case, without its dot; empty if it has none. */
export function extensionOfName(fileName: string): string {
  const base = fileName.lastIndexOf("/") + 1;
  const dot = fileName.lastIndexOf(".");
  // A leading dot is no extension: `.bashrc`.
  return dot <= base ? "" : fileName.slice(dot + 1).toLowerCase();
}

/** A media type as Content-Type says it: text is in UTF-8, unless it says otherwise. */
export function withCharset(type: string): string {
  return /^text\//i.test(type) && !/;\s*charset\s*=/i.test(type) ? `${type}; charset=utf-8` : type;
}

function lookUp(fileName: string): NamedType {
  const extension = extensionOfName(fileName);
  if (extension === "") {
    return TEXT_NAMES.has(fileName.slice(fileName.lastIndexOf("/") + 1).toLowerCase()) ? TEXT : ANYTHING;
  }
  let named = remembered.get(extension);
  if (named === undefined) {
    named = lookUpExtension(extension);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(extension, named);
  }
  return named;
}

function lookUpExtension(extension: string): NamedType {
  const override = OVERRIDES.get(extension);
  if (override !== undefined) return { type: override, isDoubtful: false, isKnown: true };
  const type = (registry ??= readRegistry()).types.get(extension);
  if (type === undefined) return ANYTHING;
  const isDoubtful = type === UNKNOWN || TEXT_OR_ELSE.has(extension);
  if (!isDoubtful && type.startsWith("text/") && !KEPT_TEXTS.has(type)) return TEXT;
  return { type: withCharset(type), isDoubtful, isKnown: true };
}

/** True for UTF-8 without a NUL. A character that is cut at the end is none of the file's fault. */
function isText(beginning: Uint8Array): boolean {
  if (beginning.includes(0)) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(beginning, { stream: beginning.length >= BEGINNING });
    return true;
  } catch {
    return false;
  }
}

/** The usual extension for a value of Content-Type, with its dot; empty where there is none. */
export function extensionOf(contentType: string | undefined): string {
  if (contentType === undefined) return "";
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  const found = (registry ??= readRegistry()).extensions.get(type);
  return found !== undefined && /^[a-z0-9]{1,10}$/.test(found) ? `.${found}` : "";
}

/** What mime-db says: the types of extensions, and the extensions that types are written with. */
interface Registry {
  readonly types: ReadonlyMap<string, string>;
  readonly extensions: ReadonlyMap<string, string>;
}

/** Read at the first question. */
let registry: Registry | undefined;

function readRegistry(): Registry {
  const types = new Map<string, string>(), extensions = new Map<string, string>();
  for (const line of MEDIA_TYPES.trim().split("\n")) {
    const [type, first, ...others] = line.split(" ") as [string, string, ...string[]];
    const belongs = !first.startsWith("-");
    extensions.set(type, belongs ? first : first.slice(1));
    for (const name of belongs ? [first, ...others] : others) types.set(name, type);
  }
  return { types, extensions };
}
