/**
 * Content of an object as a body that says, where it is cut, of which bucket it is.
 *
 * @module
 */
import { BodyError } from "../http/errors.ts";
import type { BodySource } from "../http/message.ts";

/** Owns the source. */
export class NamedSource implements BodySource {
  readonly length: number | undefined;

  /** @param name of the bucket */
  constructor(readonly name: string, readonly source: BodySource) {
    this.length = source.length;
  }

  get prompt(): boolean {
    return this.source.prompt;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.source.read(buffer);
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
      throw new BodyError(`bucket "${this.name}": ${error.message}`, { cause: error });
    }
  }

  close(): void {
    this.source.close();
  }
}
