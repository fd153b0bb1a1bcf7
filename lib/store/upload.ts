/**
 * The files of one POST: all of them get their names, or none.
 *
 * @module
 */
import { HttpError, refusal } from "../http/errors.ts";
import type { ContentOf, NewContent, WritableFolder } from "../http/origin.ts";
import { FileError } from "../ports.ts";

/** A file that has no name yet. */
interface Received {
  readonly name: string;
  readonly content: NewContent;
  /** A name that we made up. */
  readonly isOurs: boolean;
}

/** How files get their names. */
export interface UploadOptions {
  readonly replaces: boolean;
  readonly mustBeNew: boolean;
  /** Is told each name. */
  readonly naming?: ((name: string) => void) | undefined;
  /** False for names that whoever sends it may not write to. */
  readonly mayName?: ((name: string) => boolean) | undefined;
}

/** Owns what it adds until discard(). */
export class Upload {
  readonly #received: Received[] = [];
  readonly #folder: WritableFolder;
  readonly #replaces: boolean;
  readonly #conflict: HttpError;
  readonly #naming: UploadOptions["naming"];
  readonly #mayName: UploadOptions["mayName"];

  /** @param mustBeNew a name that is taken breaks a condition of the request (412) and is not just a conflict (409) */
  constructor(folder: WritableFolder, { replaces, mustBeNew, naming, mayName }: UploadOptions) {
    this.#folder = folder;
    this.#naming = naming;
    this.#mayName = mayName;
    this.#replaces = replaces;
    this.#conflict = refusal(mustBeNew ? 412 : 409);
  }

  /** The names, each once. */
  get names(): string[] {
    return [...new Set(this.#received.map(({ name }) => name))];
  }

  /** Content to be written, or that has come. @throws {HttpError} if its name is taken, or not to be given @throws {FileError} */
  async add(of: ContentOf, isOurs: boolean, received?: NewContent): Promise<NewContent> {
    const { name } = of;
    if (this.#mayName?.(name) === false) throw refusal(403);
    this.#naming?.(name);
    await this.#checkFree(name);
    if (!this.#replaces && this.#received.some((other) => other.name === name)) throw this.#conflict;
    const content = received ?? await this.#folder.create(of);
    this.#received.push({ name, content, isOurs });
    return content;
  }

  /** Names every file, or none. @throws {HttpError} if one of the names has been taken meanwhile @throws {FileError} */
  async commit(): Promise<void> {
    for (const { name } of this.#received) await this.#checkFree(name);
    const named: string[] = [];
    for (const { name, content, isOurs } of this.#received) {
      try {
        await this.#folder.exclusively(name, () => content.commit(name, this.#replaces && !isOurs));
        named.push(name);
      } catch (error) {
        // What was replaced cannot be brought back.
        if (!this.#replaces) { for (const done of named) await this.#takeBack(done); }
        if (error instanceof FileError && error.problem === "exists") throw this.#conflict;
        throw error;
      }
    }
  }

  /** Removes what has no name yet. */
  discard(): void {
    for (const { content } of this.#received) content.discard();
  }

  async #checkFree(name: string): Promise<void> {
    const { kind } = await this.#folder.occupant(name);
    if (kind === "nothing" || (kind === "file" && this.#replaces)) return;
    throw kind === "file" ? this.#conflict : refusal(409);
  }

  async #takeBack(name: string): Promise<void> {
    try {
      await this.#folder.remove(name);
    } catch (error) {
      // Somebody else was faster, or took the right to: the others are still to be taken back.
      if (!(error instanceof FileError)) throw error;
    }
  }
}
