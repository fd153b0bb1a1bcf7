/**
 * Content codings by the runtime's zlib, brotli and zstd. Nothing of it is loaded before the first answer is to be coded.
 *
 * @module
 */
import type { Compression, ContentCoding, Encoder } from "../ports.ts";

/** The system's. */
export class SystemCompression implements Compression {
  codings: ReadonlySet<ContentCoding> | undefined;
  #loading: Promise<ReadonlySet<ContentCoding>> | undefined;
  #create: ((coding: ContentCoding, size?: number) => Encoder) | undefined;

  load(): Promise<ReadonlySet<ContentCoding>> {
    return this.#loading ??= import("./zlib_encoder.ts").then(({ availableCodings, createEncoder }) => {
      this.#create = createEncoder;
      return this.codings = availableCodings();
    });
  }

  encoder(coding: ContentCoding, size?: number): Encoder {
    if (this.#create === undefined) throw new Error("The codings have not been loaded");
    return this.#create(coding, size);
  }
}
