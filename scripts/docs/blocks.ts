/**
 * The fenced blocks of a page that are run by `deno task test:docs`, by the words behind their fence:
 *
 *     sh run            is run, and ends by itself with 0
 *     sh serve          starts a server, which lives until the next one or the page's end
 *     LANGUAGE file=F   is written into F
 *     text output       what the `sh run` right before it prints
 *
 * `needs=PROGRAM[,PROGRAM]` has a block skipped where one is missing. A block without these words is not run; one in an
 * HTML comment is, and nobody sees it: that is the place for what has to be prepared. Pure.
 *
 * @module
 */

/** One block to run. */
export interface Block {
  readonly kind: "run" | "serve" | "file";
  /** Of its first fence, from 1. */
  readonly line: number;
  readonly text: string;
  /** Of `file`: the path in the page's folder. */
  readonly file?: string;
  /** Of `run`: what it has to print. */
  readonly output?: string;
  readonly needs: readonly string[];
}

/** What is wrong with a page's marks. */
export class MarkError extends Error {
  constructor(readonly line: number, what: string) {
    super(what);
  }
}

interface Fence {
  readonly line: number;
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  /** Of the line behind its last fence. */
  readonly next: number;
}

/** The blocks of a page that are marked, in its order. @throws {MarkError} for marks that say nothing */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let runUntil: number | undefined;
  for (const fence of fencesOf(page)) {
    const { line, text } = fence;
    const { kind, file, needs } = marksOf(fence);
    if (kind === "output") {
      const last = blocks.at(-1);
      if (last?.kind !== "run" || runUntil === undefined || onlyBlank(page, runUntil, line)) {
        throw new MarkError(line, '"output" wants a block "sh run" right before it');
      }
      blocks[blocks.length - 1] = { ...last, output: text };
    } else if (kind !== undefined) {
      blocks.push({ kind, line, text, needs, ...(file !== undefined && { file }) });
    }
    runUntil = kind === "run" ? fence.next : undefined;
  }
  return blocks;
}

/** Whether something else than blank lines stands between two lines. */
function onlyBlank(page: string, from: number, to: number): boolean {
  return page.split("\n").slice(from - 1, to - 1).some((line) => line.trim() !== "");
}

function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  const lines = page.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const open = /^(`{3,})([^`]*)$/.exec(lines[at]!);
    if (open === null) continue;
    const close = lines.findIndex((line, index) => index > at && isClosing(line, open[1]!));
    if (close < 0) throw new MarkError(at + 1, "the block has no end");
    const [language = "", ...words] = open[2]!.trim().split(/\s+/);
    const text = lines.slice(at + 1, close).map((line) => `${line}\n`).join("");
    fences.push({ line: at + 1, language, words, text, next: close + 2 });
    at = close;
  }
  return fences;
}

function isClosing(line: string, open: string): boolean {
  return /^`{3,}\s*$/.test(line) && line.trimEnd().length >= open.length;
}

interface Marks {
  readonly kind: Block["kind"] | "output" | undefined;
  readonly file?: string;
  readonly needs: readonly string[];
}

function marksOf({ line, language, words }: Fence): Marks {
  let kind: Marks["kind"], file: string | undefined, needs: readonly string[] = [];
  const setKind = (next: NonNullable<Marks["kind"]>) => {
    if (kind !== undefined) throw new MarkError(line, `a block is "${kind}" or "${next}", not both`);
    kind = next;
  };
  for (const word of words) {
    if (word === "run" || word === "serve") {
      if (language !== "sh") throw new MarkError(line, `"${word}" wants the language sh, not "${language}"`);
      setKind(word);
    } else if (word === "output") {
      if (language !== "text") {
        throw new MarkError(line, `"output" wants the language text, not "${language}"`);
      }
      setKind("output");
    } else if (word.startsWith("file=")) {
      file = fileOf(word.slice("file=".length), line);
      setKind("file");
    } else if (word.startsWith("needs=")) {
      needs = word.slice("needs=".length).split(",");
      if (needs.includes("")) throw new MarkError(line, '"needs=" wants the names of programs');
    } else throw new MarkError(line, `"${word}" is no mark: run, serve, output, file=NAME or needs=PROGRAM`);
  }
  if (kind === undefined && needs.length > 0) throw new MarkError(line, '"needs=" wants a block that is run');
  return { kind, needs, ...(file !== undefined && { file }) };
}

/** SECURITY: a page writes into its own folder, and nowhere else. */
function fileOf(path: string, line: number): string {
  const segments = path.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    throw new MarkError(line, `"file=" wants a path within the page's folder, not "${path}"`);
  }
  return path;
}
