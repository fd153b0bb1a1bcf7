/**
 * In which coding a file is sent (RFC 9110 section 12.5.3): as it is, as what lies beside it in a coding, or coded by us.
 * The highest q wins; between equal ones what is there already, then the configured order.
 *
 * @module
 */
import { CONTENT_CODINGS, parseAcceptEncoding } from "../http/content_coding.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Request } from "../http/message.ts";
import type { Folder, Labels, Representation } from "../http/origin.ts";
import type { Turns } from "../http/turns.ts";
import { withVary } from "../http/vary.ts";
import { type Compression, type ContentCoding, FileError } from "../ports.ts";
import { CodedFile, codedLabels, type Coder, LARGEST_WHOLE, Sidecar } from "./coded_file.ts";
import { type CodingRules, forbidsTransforming, isOfBytes, LEAST_CODED } from "./rules.ts";

/** How the names end of files that are another one in a coding. */
const ENDINGS: Readonly<Record<ContentCoding, string>> = { zstd: ".zst", br: ".br", gzip: ".gz" };

/** Nobody puts these beside themselves: they are compressed in themselves. */
const NOT_BESIDE = /^(?:image\/(?!svg\+xml|bmp|x-icon|vnd\.microsoft\.icon)|video\/|audio\/)/;
const IS_CODED = /\.(?:zst|br|gz)$/;

/** PERF: browsers all send the same few values. Bounded, since clients choose them. */
const MAX_REMEMBERED = 256;

/** What a location says of its files' codings. */
export interface FileCodingRules {
  /** Undefined: nothing is coded by us. */
  readonly rules: CodingRules | undefined;
  /** What lies beside a file is sent. */
  readonly precompressed: boolean;
  /** Extensions of what is run in this location, whose source is not sent: also not in place of something else. */
  readonly programs: ReadonlySet<string>;
}

/** Where files lie, and others beside them under their names with an ending. */
export interface Neighbours<F extends Representation> {
  /** Endings with which nothing lies beside a file, as far as that is known without a look at each. */
  absentBeside(file: F): ReadonlySet<string> | undefined;
  /** @throws {FileError} */
  findBeside(file: F, ending: string): MaybePromise<Representation | Folder | undefined>;
}

/** What choosing needs besides the file. */
export interface FileCodingPorts<F extends Representation> {
  readonly compression: Compression;
  readonly turns: Turns;
  readonly origin: Neighbours<F>;
}

/** What is sent, and what is said of it. */
export interface Choice {
  readonly file: Representation;
  readonly labels: Labels;
  /** Where there is no room to code it (NoRoomError). */
  readonly otherwise?: Choice;
}

/** What a value of Accept-Encoding means here. */
interface Wish {
  /** That the client takes, in the order of its wishes and ours. */
  readonly beside: readonly ContentCoding[];
  /** Those of them that are as welcome as what would be coded by us. */
  readonly besideCoded: readonly ContentCoding[];
  /** Undefined: none is. */
  readonly coded: ContentCoding | undefined;
}

const NOTHING: Wish = { beside: [], besideCoded: [], coded: undefined };

/** The labels of a file, as they are where it has codings. */
interface KnownLabels {
  /** It is in a coding already, or something is said of its very bytes: nothing else stands in for it. */
  readonly isOfBytes: boolean;
  /** Nothing but the size may be against it. */
  readonly isCodable: boolean;
  readonly plain: Labels;
  /** By coding, and by the state of the file that it is in. */
  readonly coded: Map<string, Labels & { readonly etag: string }>;
  /** What is made of the file. */
  readonly made: Map<ContentCoding, CodedFile>;
}

/** So many labels of one file, since a file beside it may change on and on while it does not. */
const MAX_LABELS = 16;

/** The choice for the files of one location. */
export class FileCodings {
  readonly #rules: CodingRules | undefined;
  /** That may lie beside a file. */
  readonly #beside: ReadonlySet<ContentCoding>;
  readonly #wishes = new Map<string, Wish>();
  #wishesOf: ReadonlySet<ContentCoding> | undefined;
  /** PERF: a file has the same labels at every request, until it changes. */
  readonly #labels = new WeakMap<FieldBlock, KnownLabels>();

  private constructor({ rules, precompressed, programs }: FileCodingRules) {
    this.#rules = rules;
    this.#beside = new Set(
      precompressed ? CONTENT_CODINGS.filter((coding) => !programs.has(ENDINGS[coding])) : [],
    );
  }

  /** Undefined where all files are sent as they are, which costs nothing. */
  static of(location: FileCodingRules): FileCodings | undefined {
    return location.rules === undefined && !location.precompressed ? undefined : new FileCodings(location);
  }

  /**
   * What a GET or HEAD gets of a file.
   *
   * @param labels what is said of it
   * @throws {FileError} if only its content tells its type, and cannot be read
   */
  choose<F extends Representation>(
    request: Pick<Request, "method" | "fields">,
    file: F,
    labels: Labels,
    ports: FileCodingPorts<F>,
  ): MaybePromise<Choice> {
    const { codings } = ports.compression;
    const wish = this.#wishOf(request, codings);
    const known = this.#knownOf(labels), isCodable = known.isCodable && file.size >= LEAST_CODED;
    const isWanted = isCodable && wish.coded !== undefined && !forbidsTransforming(request.fields);
    const coded = isWanted ? wish.coded : undefined;
    const sidecar = this.#sidecar(
      file,
      labels,
      coded === undefined ? wish.beside : wish.besideCoded,
      ports.origin,
    );
    if (sidecar instanceof Promise) return this.#chooseLater(request, file, labels, ports, sidecar);
    if (sidecar !== undefined) return { file: sidecar, labels: sidecar };
    if (coded === undefined) {
      const varies = isCodable || this.#hasSidecar(file, labels, ports.origin, wish.beside);
      if (varies instanceof Promise) return this.#chooseLater(request, file, labels, ports, varies);
      return { file, labels: varies ? known.plain : labels };
    }
    const plain = { file, labels: known.plain };
    if (isCrowded(file, coded, ports.turns)) return plain;
    if (codings === undefined) {
      return ports.compression.load().then(() => this.choose(request, file, labels, ports));
    }
    const { compression, turns } = ports;
    const made = this.#codedFile(file, labels, coded, {
      createEncoder: (size) => compression.encoder(coded, size),
      turns,
    });
    return { file: made, labels: made, otherwise: plain };
  }

  /**
   * The choice where a look takes time: all that may lie beside the file is looked for together.
   *
   * PERF: on this machine nothing of this is ever met.
   *
   * @param begun a look that is under way
   */
  async #chooseLater<F extends Representation>(
    request: Pick<Request, "method" | "fields">,
    file: F,
    labels: Labels,
    ports: FileCodingPorts<F>,
    begun: Promise<unknown>,
  ): Promise<Choice> {
    const beside = new Map<string, Representation | Folder | undefined>();
    const looks = [...this.#beside].map(async (coding) => {
      const ending = ENDINGS[coding];
      beside.set(ending, await ports.origin.findBeside(file, ending));
    });
    // What cannot be looked at is not sent in place of the file that was asked for.
    await Promise.allSettled([begun, ...looks]);
    const origin: Neighbours<F> = {
      absentBeside: () => undefined,
      findBeside: (_, ending) => beside.get(ending),
    };
    return await this.choose(request, file, labels, { ...ports, origin });
  }

  /** A promise where that is not known at once, which tells nothing but that it is now. */
  #sidecar<F extends Representation>(
    file: F,
    labels: Labels,
    codings: readonly ContentCoding[],
    origin: Neighbours<F>,
  ): Sidecar | Promise<unknown> | undefined {
    if (codings.length === 0 || !this.#mayHaveSidecar(file, labels)) return undefined;
    const absent = origin.absentBeside(file);
    for (const coding of codings) {
      if (absent?.has(ENDINGS[coding])) continue;
      const found = sidecarOf(file, coding, origin);
      if (found === undefined) continue;
      if (found instanceof Promise) return found;
      return new Sidecar(file, this.#codedLabels(labels, coding, found.etag.slice(1, -1)), found);
    }
    return undefined;
  }

  /**
   * Another client would get it, and caches have to know.
   *
   * @param missing what has been looked for already
   * @returns a promise where that is not known at once, which tells nothing but that it is now
   */
  #hasSidecar<F extends Representation>(
    file: F,
    labels: Labels,
    origin: Neighbours<F>,
    missing: readonly ContentCoding[],
  ): boolean | Promise<unknown> {
    if (missing.length === this.#beside.size || !this.#mayHaveSidecar(file, labels)) return false;
    const absent = origin.absentBeside(file);
    for (const coding of this.#beside) {
      if (absent?.has(ENDINGS[coding])) continue;
      const found = sidecarOf(file, coding, origin);
      if (found !== undefined) return found instanceof Promise ? found : true;
    }
    return false;
  }

  #mayHaveSidecar(file: Representation, labels: Labels): boolean {
    return this.#beside.size > 0 && !IS_CODED.test(file.path) && !NOT_BESIDE.test(labels.contentType) &&
      !this.#knownOf(labels).isOfBytes;
  }

  #wishOf({ method, fields }: Pick<Request, "method" | "fields">, made: Compression["codings"]): Wish {
    const value = fields.joined("accept-encoding");
    if (value === undefined || method === "GET" && fields.has("range")) return NOTHING;
    if (made !== this.#wishesOf) {
      this.#wishes.clear();
      this.#wishesOf = made;
    }
    let wish = this.#wishes.get(value);
    if (wish === undefined) {
      if (this.#wishes.size >= MAX_REMEMBERED) this.#wishes.clear();
      this.#wishes.set(value, wish = this.#readWish(value, made));
    }
    return wish;
  }

  #readWish(value: string, made: Compression["codings"]): Wish {
    const accepted = parseAcceptEncoding(value);
    const qualityOf = (coding: ContentCoding) => accepted.get(coding) ?? accepted.get("*") ?? 0;
    const least = accepted.get("identity") ?? 0;
    const welcome = (codings: readonly ContentCoding[]) =>
      codings.filter((coding) => qualityOf(coding) > 0 && qualityOf(coding) >= least)
        .sort((a, b) => qualityOf(b) - qualityOf(a));
    const configured = this.#rules?.codings ?? [];
    const beside = welcome(
      [...new Set([...configured, ...CONTENT_CODINGS])].filter((coding) => this.#beside.has(coding)),
    );
    const [coded] = welcome(configured.filter((coding) => made?.has(coding) ?? true));
    const besideCoded = beside.filter((coding) =>
      coded !== undefined && qualityOf(coding) >= qualityOf(coded)
    );
    return { beside, besideCoded, coded };
  }

  #codedFile(file: Representation, labels: Labels, coding: ContentCoding, coder: Coder): CodedFile {
    const { made } = this.#knownOf(labels), known = made.get(coding);
    if (known?.original === file) return known;
    const coded = new CodedFile(file, this.#codedLabels(labels, coding), coding, coder);
    made.set(coding, coded);
    return coded;
  }

  #codedLabels(labels: Labels, coding: ContentCoding, state = ""): Labels & { readonly etag: string } {
    const { coded } = this.#knownOf(labels), key = `${coding}.${state}`;
    let known = coded.get(key);
    if (known === undefined) {
      if (coded.size >= MAX_LABELS) coded.clear();
      coded.set(key, known = codedLabels(labels, coding, state));
    }
    return known;
  }

  #knownOf(labels: Labels): KnownLabels {
    let known = this.#labels.get(labels.fields);
    if (known === undefined) {
      const { contentType, validators, fields } = labels, name = "Accept-Encoding";
      const isCodable = this.#rules?.codable(fields) !== undefined;
      const plain = {
        contentType,
        validators: withVary(validators, name),
        fields: withVary(fields, name),
      };
      this.#labels.set(
        fields,
        known = { isOfBytes: isOfBytes(fields), isCodable, plain, coded: new Map(), made: new Map() },
      );
    }
    return known;
  }
}

/** True where so much is being coded that this one is better sent as it is. */
function isCrowded(file: Representation, coding: ContentCoding, { few, streams }: Turns): boolean {
  return file.size > LARGEST_WHOLE ? streams.isFull : few.isCrowded && file.derived?.(coding) === undefined;
}

/**
 * What lies beside a file in a coding, and is no older. An empty file is no content in any coding; and what cannot be
 * looked at, or is being changed, is not sent in place of the file that was asked for.
 *
 * @returns a promise where it has to be looked for, which is what looking finds
 */
function sidecarOf<F extends Representation>(
  file: F,
  coding: ContentCoding,
  origin: Neighbours<F>,
): Representation | Promise<unknown> | undefined {
  try {
    const found = origin.findBeside(file, ENDINGS[coding]);
    if (found instanceof Promise) return found;
    return found?.kind === "file" && found.size > 0 && found.modified >= file.modified ? found : undefined;
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
