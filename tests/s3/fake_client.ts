/**
 * Storage that answers what its test says, and remembers what it was asked.
 *
 * @module
 */
import { BytesSource } from "../../lib/http/bytes_source.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { HttpClient, OwnAnswer, OwnRequest } from "../../lib/http/http_client.ts";
import type { BodySource } from "../../lib/http/message.ts";
import { Bucket } from "../../lib/s3/bucket.ts";
import type { BucketSettings } from "../../lib/s3/storage.ts";
import { FakeClock, FakeLog } from "../support/fakes.ts";

/** What is answered: a status, fields, content. An error: it is what asking rejects with. */
export type Said =
  | readonly [status: number, fields?: Readonly<Record<string, string>>, content?: string]
  | Error;

/** One request that was asked, with its content. */
export interface Asked extends OwnRequest {
  readonly sent: string;
}

export const SETTINGS: BucketSettings = {
  name: "media",
  bucket: "films",
  region: "us-east-1",
  accessKey: "AKIAIOSFODNN7EXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  pathStyle: true,
  authority: "127.0.0.1:7480",
  tls: false,
};

export const TIMEOUTS = { connect: 1000, read: 2000 };

/** Answers in turn. */
export class FakeStorage implements HttpClient {
  readonly asked: Asked[] = [];
  readonly log = new FakeLog();
  readonly clock = new FakeClock();
  readonly bucket: Bucket;
  /** Answers whose bodies nobody has closed. */
  open = 0;
  readonly #left: Said[];

  constructor(said: readonly Said[], changes: Partial<BucketSettings> = {}) {
    this.#left = [...said];
    this.bucket = new Bucket({ ...SETTINGS, ...changes }, {
      client: this,
      clock: this.clock,
      errorLog: this.log,
    });
  }

  async ask(request: OwnRequest): Promise<OwnAnswer> {
    const said = this.#left.shift();
    if (said === undefined) throw new Error(`${request.method} ${request.target} was not to be asked`);
    this.asked.push({ ...request, sent: await textOf(request) });
    if (said instanceof Error) throw said;
    const [status, fields = {}, content = ""] = said;
    this.open++;
    const length = request.method === "HEAD" ? Number(fields["Content-Length"] ?? 0) : undefined;
    return {
      status,
      fields: FieldBlock.of(...Object.entries(fields)),
      body: new Counted(new TextEncoder().encode(content), length, () => this.open--),
    };
  }
}

async function textOf({ content }: OwnRequest): Promise<string> {
  let text = "";
  for (let piece = await content?.read(); piece; piece = await content?.read()) {
    text += new TextDecoder().decode(piece);
  }
  return text;
}

class Counted implements BodySource {
  readonly prompt = true;
  readonly length: number | undefined;
  readonly #source: BytesSource;
  #isClosed = false;

  constructor(bytes: Uint8Array, length: number | undefined, readonly closed: () => void) {
    this.#source = new BytesSource(bytes);
    this.length = length ?? bytes.length;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    // Small pieces, so that what reads them has to put them together.
    return this.#source.read(buffer.subarray(0, 7));
  }

  close(): void {
    if (!this.#isClosed) this.closed();
    this.#isClosed = true;
  }
}
