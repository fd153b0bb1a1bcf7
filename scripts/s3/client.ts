/**
 * A client of S3 for scripts and tests: a connection for each request, the body in memory, the path as it is given, so
 * that keys as `a/../b` can be stored too. It shares nothing with lib/s3, whose tests lean on it.
 *
 * @module
 */
import { type Answer, exchange } from "./exchange.ts";
import { canonicalQuery, encode, type Keys, sign } from "./signature.ts";

export interface AskOptions {
  /** Not encoded; undefined for the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Further fields, by their names in lower case. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface S3Object {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** With its quotes. */
  readonly etag: string;
}

/** How many requests `fill` has running at one time. */
const AT_ONCE = 8;

const UTF8 = new TextEncoder();

/** Asks the storage at a port of 127.0.0.1. */
export class S3Client {
  constructor(readonly port: number, readonly keys: Keys) {}

  /** Any request to a bucket or to an object of it; any status is answered. */
  async ask(method: string, bucket: string, options: AskOptions = {}): Promise<Answer> {
    const { key, query = {}, fields = {}, body = "" } = options;
    const path = `/${bucket}${key === undefined ? "" : `/${key.split("/").map(encode).join("/")}`}`;
    const content = typeof body === "string" ? UTF8.encode(body) : body;
    const host = `127.0.0.1:${this.port}`;
    const signed = sign({ method, path, query, fields: { ...fields, host }, body: content }, this.keys);
    const target = Object.keys(query).length === 0 ? path : `${path}?${canonicalQuery(query)}`;
    const lines = Object.entries({ ...signed, "content-length": content.length, connection: "close" });
    const head = `${method} ${target} HTTP/1.1\r\n${
      lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
    }\r\n`;
    const answer = await exchange(this.port, method, UTF8.encode(head), content);
    if (answer) return answer;
    throw new Error(`no whole answer to ${method} ${target}`);
  }

  /** As `ask`, but every status that is not 2xx is thrown. */
  async tell(method: string, bucket: string, options: AskOptions = {}): Promise<Answer> {
    const answer = await this.ask(method, bucket, options);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new Error(`${method} ${bucket}/${options.key ?? ""}: ${answer.status} ${answer.text()}`);
  }

  /** Makes a bucket; one that is there and is ours is left as it is. */
  async makeBucket(bucket: string, options: { readonly isPublic?: boolean } = {}): Promise<void> {
    await this.tell("PUT", bucket);
    if (!options.isPublic) return;
    const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
    const Statement = [{
      Effect: "Allow",
      Principal: "*",
      Action: ["s3:GetObject", "s3:ListBucket"],
      Resource,
    }];
    const body = JSON.stringify({ Version: "2012-10-17", Statement });
    await this.tell("PUT", bucket, { query: { policy: "" }, body });
  }

  async put(
    bucket: string,
    key: string,
    body: Uint8Array | string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.tell("PUT", bucket, { key, body, fields });
  }

  /** Stores many, several at one time. */
  async fill(
    bucket: string,
    objects: Iterable<readonly [key: string, body: Uint8Array | string]>,
  ): Promise<void> {
    const rest = objects[Symbol.iterator]();
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (let next = rest.next(); !next.done; next = rest.next()) await this.put(bucket, ...next.value);
    }));
  }

  /** The content; undefined where there is no such object. */
  async get(bucket: string, key: string): Promise<Uint8Array | undefined> {
    const answer = await this.ask("GET", bucket, { key });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`GET ${bucket}/${key}: ${answer.status} ${answer.text()}`);
    return answer.body;
  }

  /** The fields of an object; undefined where there is none. */
  async head(bucket: string, key: string): Promise<ReadonlyMap<string, string> | undefined> {
    const answer = await this.ask("HEAD", bucket, { key });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`HEAD ${bucket}/${key}: ${answer.status}`);
    return answer.fields;
  }

  async remove(bucket: string, key: string): Promise<void> {
    await this.tell("DELETE", bucket, { key });
  }

  /** All objects whose key begins so, in the storage's order. */
  async list(bucket: string, prefix = ""): Promise<S3Object[]> {
    const all: S3Object[] = [];
    for (let token: string | undefined = ""; token !== undefined;) {
      const query: Record<string, string> = {
        "list-type": "2",
        prefix,
        "encoding-type": "url",
        ...(token !== "" && { "continuation-token": token }),
      };
      const text = (await this.tell("GET", bucket, { query })).text();
      for (const [entry] of text.matchAll(/<Contents>.*?<\/Contents>/gs)) {
        const key = decodeURIComponent(element(entry, "Key")!.replaceAll("+", " "));
        all.push({ key, size: Number(element(entry, "Size")), etag: element(entry, "ETag")! });
      }
      token = element(text, "NextContinuationToken");
    }
    return all;
  }

  /** The keys of the multipart uploads that are neither completed nor aborted. */
  async uploads(bucket: string): Promise<string[]> {
    const text = (await this.tell("GET", bucket, { query: { uploads: "" } })).text();
    return [...text.matchAll(/<Upload>.*?<\/Upload>/gs)].map(([entry]) => element(entry, "Key")!);
  }
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
    ?.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
