/**
 * One request as it is taken down while it is answered: references to what is there anyway, of which a RequestRecord is
 * made only when somebody asks.
 *
 * @module
 */
import type { LocationConfig, ServerConfig } from "../config/types.ts";
import type { FieldBlock } from "../http/fields.ts";
import type { Recording, Request, Response } from "../http/message.ts";
import type { RecordedAnswerer } from "./record.ts";
import type { Held } from "./ring.ts";
import { Kept, mayBeHeld, type Room, TappedBody, TappedSource } from "./taps.ts";

/** What a program has said is kept so far, in lines and characters. */
const MOST_LINES = 100;
const MOST_SAID = 8 * 1024;

/** Internal redirects that are kept: a request has no more. */
const MOST_REDIRECTS = 16;

/** Bytes of the objects of which an entry is made, about. */
const OBJECTS = 800;

/** Bytes of a field that are not its text, about. */
const PER_FIELD = 32;

/** Whose entry it is. */
export interface EntryOwner {
  readonly room: Room;
  /** On the monotonic clock, in milliseconds. */
  now(): number;
  /** It is complete. */
  ended(entry: Entry): void;
}

/** What is known of a request from its head. */
export type RequestParts =
  & Pick<Request, "method" | "target" | "host" | "version" | "fields" | "forwarded">
  & Partial<Pick<Request, "tls" | "upgrade">>;

/** The answer's own words about who made it: see Trace in lib/site. */
type AnsweredBy =
  | RecordedAnswerer
  | { readonly kind: "fastcgi"; readonly path: string | undefined; readonly server: string }
  | { readonly kind: "proxy"; readonly upstream: string };

/** What is heard of an answer that has left: see Outcome in lib/server/access_log.ts. */
export interface Heard {
  readonly status: number;
  readonly bytes: number;
  readonly why?: string | undefined;
  readonly weather?: string | undefined;
  readonly user?: string | undefined;
}

/** Is a Trace of lib/site, too. */
export class Entry implements Held, Recording {
  /** 0 as long as it has not ended. */
  id = 0;
  /** On the monotonic clock: its head had been read. 0: not known. */
  readonly started: number;
  /** The answer began; 0 where that was when it ended. */
  begun = 0;
  ended = 0;
  readonly remote: { readonly hostname: string };
  readonly local: { readonly hostname: string; readonly port: number };
  readonly method: string;
  readonly target: string;
  readonly host: string;
  readonly version: Request["version"] | undefined;
  readonly fields: FieldBlock | undefined;
  readonly isSecure: boolean;
  readonly upgrade: string | undefined;
  serverConfig: ServerConfig | undefined = undefined;
  locationConfig: LocationConfig | undefined = undefined;
  by: AnsweredBy | undefined = undefined;
  redirects: string[] | undefined = undefined;
  said: string[] | undefined = undefined;
  #saidLength = 0;
  /** 0: there was no answer. */
  status = 0;
  /** Of the answer's content that were sent. */
  bytes = 0;
  why: string | undefined = undefined;
  weather: string | undefined = undefined;
  user: string | undefined = undefined;
  reason: string | undefined = undefined;
  responseFields: FieldBlock | undefined = undefined;
  /** Of the answer's content, as announced; undefined: not known beforehand. */
  length: number | undefined = undefined;
  isRaw = false;
  /** Of an answer that is at hand. */
  #atHand: Uint8Array | undefined = undefined;
  /** Of one that is sent as it is read. */
  #passing: Kept | undefined = undefined;
  body: TappedBody | undefined = undefined;
  ownBytes = OBJECTS;
  readonly #owner: EntryOwner;

  /** @param request undefined where none could be read */
  constructor(
    owner: EntryOwner,
    request: RequestParts | undefined,
    started: number,
    remote: { readonly hostname: string },
    local: { readonly hostname: string; readonly port: number },
  ) {
    this.#owner = owner;
    this.started = started;
    this.remote = remote;
    this.local = local;
    this.method = request?.method ?? "";
    this.target = request?.target ?? "";
    this.host = request?.host ?? "";
    this.version = request?.version;
    this.fields = request?.fields;
    this.isSecure = request !== undefined &&
      (request.forwarded?.scheme ?? (request.tls === undefined ? "http" : "https")) === "https";
    this.upgrade = request?.upgrade;
  }

  /** Of the contents of request and response. */
  get contentBytes(): number {
    return (this.#atHand?.length ?? this.#passing?.held ?? 0) + (this.body?.kept.held ?? 0);
  }

  /** What is kept of the answer's content. */
  get content(): Uint8Array | undefined {
    return this.#atHand ?? this.#passing?.bytes;
  }

  dropContents(): void {
    this.#atHand = undefined;
    this.#passing?.drop();
    this.body?.kept.drop();
  }

  server(config: ServerConfig): void {
    this.serverConfig = config;
  }

  location(config: LocationConfig, path: string): void {
    if (this.locationConfig !== undefined) {
      this.redirects ??= [];
      if (this.redirects.length < MOST_REDIRECTS) {
        this.redirects.push(path);
        this.ownBytes += path.length;
      }
    }
    this.locationConfig = config;
  }

  answeredBy(who: AnsweredBy): void {
    this.by = who;
  }

  programSaid(line: string): void {
    const said = this.said ??= [];
    if (this.#saidLength + line.length > MOST_SAID || said.length >= MOST_LINES) return;
    this.#saidLength += line.length;
    said.push(line);
    // It may say something after its answer has gone.
    if (this.id === 0) this.ownBytes += line.length;
  }

  /** A request's content, taken down as it is read. */
  tap(request: Request): TappedBody {
    return this.body = new TappedBody(request.body, this.#owner.room);
  }

  /** The handler has its answer. What is read as it is sent is to be sent as this. */
  answer(response: Response): Response {
    const { body } = response;
    this.status = response.status;
    this.weather = response.weather;
    this.user = response.user;
    this.responseFields = response.fields;
    if (body instanceof Uint8Array) return response;
    this.begun = this.#owner.now();
    if (body === undefined) return response;
    this.#passing = new Kept(this.#owner.room);
    return { ...response, body: new TappedSource(body, this.#passing) };
  }

  /** The answer has left. @param response undefined where no more is known of it than what answer() has seen */
  end({ status, bytes, why, weather, user }: Heard, response: Response | undefined): void {
    if (this.ended !== 0) return;
    this.status = status;
    this.bytes = bytes;
    this.why = why;
    this.weather = weather;
    this.user = user;
    if (response !== undefined) this.#take(response, bytes);
    this.#end();
  }

  left(): void {
    if (this.ended !== 0) return;
    if (this.responseFields === undefined) this.status = 0;
    this.#end();
  }

  #take(response: Response, bytes: number): void {
    const { body } = response;
    this.reason = response.reason;
    this.responseFields = response.fields;
    this.isRaw = response.raw ?? false;
    this.length = body === undefined ? 0 : body.length;
    if (bytes > 0 && body instanceof Uint8Array) this.#keep(body);
  }

  #keep(body: Uint8Array): void {
    const { room } = this.#owner;
    // What a failure has put in the place of an answer that was begun.
    if (this.#passing !== undefined) {
      room.give(this.#passing.held);
      this.#passing.drop();
      this.#passing = undefined;
    }
    if (!mayBeHeld(body)) (this.#passing = new Kept(room)).put(body);
    else if (room.take(body.length)) this.#atHand = body;
  }

  #end(): void {
    this.ended = this.#owner.now();
    this.ownBytes += this.target.length + sizeOf(this.fields) + sizeOf(this.responseFields);
    this.#owner.ended(this);
  }
}

/** PERF: about, and without looking at more than is needed. */
function sizeOf(fields: FieldBlock | undefined): number {
  if (fields === undefined) return 0;
  const { names, values, http1Text } = fields;
  if (http1Text !== undefined) return names.length * PER_FIELD + http1Text.length;
  let size = names.length * PER_FIELD;
  for (let i = 0; i < names.length; i++) size += names[i]!.length + values[i]!.length;
  return size;
}
