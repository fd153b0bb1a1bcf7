/**
 * How programs are told when and where the server is ready: a file with its port, and a line of JSON.
 *
 * @module
 */
import { basename, dirname, join } from "@std/path";
import { despiteOthers } from "../runtime/despite_others.ts";
import { FileAccessError, writingProblem } from "./file_problems.ts";

/** A file with the first port and a newline, there for as long as the server is ready. Its owner removes it. */
export class PortFile {
  readonly #path: string;
  #content: string | undefined;

  /** Removes what an earlier server has left. @throws {FileAccessError} */
  constructor(path: string) {
    this.#path = path;
    try {
      if (Deno.lstatSync(path).isDirectory) throw new FileAccessError(`${path} is a folder: name a file`);
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw this.#problem(error);
    }
  }

  /** Whoever reads it finds all of it or nothing. Does nothing where it says so already. @throws {FileAccessError} */
  write(port: number): void {
    const content = `${port}\n`;
    if (content === this.#content) return;
    const unfinished = join(dirname(this.#path), `.${basename(this.#path)}.${Deno.pid}`);
    try {
      Deno.writeTextFileSync(unfinished, content, { createNew: true });
      despiteOthers(() => Deno.renameSync(unfinished, this.#path));
    } catch (error) {
      removeIfThere(unfinished);
      throw this.#problem(error);
    }
    this.#content = content;
  }

  /** Unless another server has written it meanwhile. Never throws. */
  remove(): void {
    if (this.#content === undefined) return;
    try {
      if (Deno.readTextFileSync(this.#path) === this.#content) Deno.removeSync(this.#path);
    } catch {
      // Somebody has removed it, or its folder: then it is gone, as it is meant to be.
    }
    this.#content = undefined;
  }

  #problem(error: unknown): unknown {
    if (error instanceof FileAccessError) return error;
    if (error instanceof Deno.errors.NotFound) {
      return new FileAccessError(`${this.#path} cannot be written: make its folder first`);
    }
    return new FileAccessError(`${this.#path} ${writingProblem(error, this.#path)}`);
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It could not be made.
  }
}

/** One line of JSON: the server is ready at these addresses. @param inspector that of the inspector, if there is one */
export function readyLine(urls: readonly string[], inspector: string | undefined): string {
  return `${JSON.stringify({ ready: true, urls, pid: Deno.pid, inspector })}\n`;
}
