/**
 * Files without a name, for what is too large for memory.
 *
 * @module
 */
import { join } from "@std/path";
import type { Spooler, SpoolFile } from "../ports.ts";
import { fileError } from "./files.ts";
import { PositionedFile } from "./positioned_file.ts";

/** Makes spool files in a folder. */
export function spooler(folder: string): Spooler {
  return {
    create() {
      const path = join(folder, `webserv-${crypto.randomUUID()}`);
      try {
        return new Spool(
          Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 }),
          path,
        );
      } catch (error) {
        throw fileError(error, path);
      }
    },
  };
}

class Spool implements SpoolFile {
  readonly #file: PositionedFile;

  constructor(file: Deno.FsFile, readonly path: string) {
    this.#file = new PositionedFile(file);
    // Without a name nothing of it is left, whatever happens to this program. Windows keeps it until close().
    if (Deno.build.os !== "windows") Deno.removeSync(path);
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.write(bytes);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  async readAt(buffer: Uint8Array, offset: number): Promise<number> {
    try {
      return await this.#file.readAt(buffer, offset);
    } catch (error) {
      throw fileError(error, this.path);
    }
  }

  close(): void {
    this.#file.close();
    if (Deno.build.os === "windows") Deno.removeSync(this.path);
  }
}
