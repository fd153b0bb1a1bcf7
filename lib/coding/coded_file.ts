/**
 * Representations that are another one in a content coding: what is in a file beside it, or is made of its content.
 *
 * @module
 */
import { codedEntityTag } from "../http/content_coding.ts";
import type { FieldBlock } from "../http/fields.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import type { BodySource } from "../http/message.ts";
import type { Labels, Representation } from "../http/origin.ts";
import type { Turns } from "../http/turns.ts";
import { withVary } from "../http/vary.ts";
import type { ContentCoding, Encoder } from "../ports.ts";
import { BytesSource } from "./bytes_source.ts";
import { codedStream } from "./coded_stream.ts";
import { codeWhole } from "./whole.ts";

/** Larger files are coded anew for each request, as they are sent, in bytes. */
export const LARGEST_WHOLE = 1024 * 1024;

/** How content is coded. */
export interface Coder {
  readonly createEncoder: (size?: number) => Encoder;
  readonly turns: Turns;
}

/** What is said of a coded representation: what is said of the original, but for its tag, its coding and its ranges. */
export function codedLabels(labels: Labels, coding: ContentCoding, state = ""): Labels & { etag: string } {
  const etag = codedEntityTag(labels.validators.get("etag")!, coding, state);
  // Ranges are always of the content as it is.
  const of = (fields: FieldBlock) =>
    withVary(fields.without("accept-ranges").with("ETag", etag), "Accept-Encoding");
  return {
    etag,
    contentType: labels.contentType,
    validators: of(labels.validators),
    fields: of(labels.fields).append("Content-Encoding", coding),
  };
}

/** A file in a coding. It is sent whole or not at all: its ranges are not asked for. */
abstract class CodedRepresentation implements Representation {
  readonly kind = "file";
  readonly path: string;
  readonly modified: number;
  readonly etag: string;
  readonly contentType: string;
  readonly validators: FieldBlock;
  readonly fields: FieldBlock;
  abstract readonly size: number;

  constructor(original: Representation, labels: Labels & { readonly etag: string }) {
    this.path = original.path;
    this.modified = original.modified;
    this.etag = labels.etag;
    this.contentType = labels.contentType;
    this.validators = labels.validators;
    this.fields = labels.fields;
  }

  abstract content(): Uint8Array | undefined;
  abstract open(): MaybePromise<BodySource>;
}

/** What somebody has put beside a file. */
export class Sidecar extends CodedRepresentation {
  readonly size: number;
  readonly #file: Representation;

  constructor(original: Representation, labels: Labels & { readonly etag: string }, file: Representation) {
    super(original, labels);
    this.#file = file;
    this.size = file.size;
  }

  announced(): BodySource | undefined {
    return this.#file.announced?.();
  }

  content(): Uint8Array | undefined {
    return this.#file.content();
  }

  open(): MaybePromise<BodySource> {
    return this.#file.open([{ start: 0, end: this.size }]);
  }
}

/** What is made of a file's content: once, and kept with it, where the file is not large. */
export class CodedFile extends CodedRepresentation {
  /** Of the original: what comes of it is not known before. */
  readonly size: number;
  readonly original: Representation;
  readonly #coding: ContentCoding;
  readonly #coder: Coder;

  constructor(
    original: Representation,
    labels: Labels & { readonly etag: string },
    coding: ContentCoding,
    coder: Coder,
  ) {
    super(original, labels);
    this.size = original.size;
    this.original = original;
    this.#coding = coding;
    this.#coder = coder;
  }

  content(): Uint8Array | undefined {
    return this.original.derived?.(this.#coding);
  }

  open(): MaybePromise<BodySource> {
    const { createEncoder, turns } = this.#coder, original = this.original;
    if (this.size > LARGEST_WHOLE) {
      return andThen(sourceOf(original), (source) => codedStream(source, createEncoder, turns));
    }
    const make = async () =>
      await andThen(sourceOf(original), (source) => codeWhole(source, createEncoder, turns));
    const made = original.derive?.(this.#coding, make) ?? make();
    return made.then((content) => new BytesSource(content));
  }
}

/** @throws {FileError} at once: whatever has been held for it must be opened before anybody is waited for */
function sourceOf(original: Representation): MaybePromise<BodySource> {
  const content = original.content();
  return content === undefined ? original.open([{ start: 0, end: original.size }]) : new BytesSource(content);
}
