/**
 * Requests to one bucket: where they go, signed, and once more where the storage has too much to do.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import { type Field, FieldBlock } from "../http/fields.ts";
import type { ClientTimeouts, HttpClient, OwnAnswer, OwnContent } from "../http/http_client.ts";
import type { Clock } from "../ports.ts";
import { authorityOf, pathOf } from "./addressing.ts";
import { contentAtHand, WatchedContent } from "./contents.ts";
import { encodeQuery, type Parameters } from "./encoding.ts";
import { namedError } from "./errors.ts";
import { amzDate, sha256Of, Signer, UNSIGNED_PAYLOAD } from "./signature.ts";
import type { BucketSettings, PartContent } from "./storage.ts";

/** What is asked of a bucket. */
export interface Asking {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Absent: the bucket itself is meant. */
  readonly key?: string;
  readonly parameters?: Parameters;
  /** Neither Host nor those of the signature. Their values have no white space around, and none twice in a row within. */
  readonly fields?: readonly Field[];
  readonly content?: Uint8Array | PartContent;
}

/** How long storage that fails is left alone before it is asked once more, in milliseconds. */
const BREATH = 100;

/** Of one bucket. */
export class SignedClient {
  /** SECURITY: without the secret, which nobody needs who has errors to tell. */
  readonly settings: BucketSettings;
  readonly #signer: Signer | undefined;
  readonly #authority: string;

  constructor(
    settings: BucketSettings,
    readonly client: HttpClient,
    readonly clock: Pick<Clock, "now" | "after">,
  ) {
    const { accessKey, secretKey, region } = settings;
    this.settings = { ...settings, secretKey: undefined };
    this.#authority = authorityOf(settings);
    this.#signer = accessKey === undefined || secretKey === undefined
      ? undefined
      : new Signer(accessKey, secretKey, region);
  }

  /**
   * What is answered, whatever that is. Whoever has it closes its body.
   *
   * @throws {HttpError} by rejecting: 502 or 504, with the bucket's name
   * @throws {unknown} what the content's reading rejects with
   */
  async ask(asking: Asking, timeouts: ClientTimeouts): Promise<OwnAnswer> {
    const answer = await this.#askOnce(asking, timeouts);
    const { status, body } = answer;
    if ((status !== 500 && status !== 503) || (asking.method !== "GET" && asking.method !== "HEAD")) {
      return answer;
    }
    body.close();
    await new Promise<void>((resolve) => this.clock.after(BREATH, resolve));
    return await this.#askOnce(asking, timeouts);
  }

  async #askOnce(asking: Asking, timeouts: ClientTimeouts): Promise<OwnAnswer> {
    const { method, key, parameters = {} } = asking;
    const path = pathOf(this.settings, key), query = encodeQuery(parameters);
    const fields = await this.#fields(asking, path, query);
    const content = contentOf(asking.content);
    try {
      return await this.client.ask({
        method,
        target: query === "" ? path : `${path}?${query}`,
        fields,
        content,
        timeouts,
      });
    } catch (error) {
      const isOurs = content instanceof WatchedContent && content.failure?.error === error;
      throw error instanceof HttpError && !isOurs ? namedError(this.settings, error) : error;
    }
  }

  async #fields({ method, fields = [], content }: Asking, path: string, query: string): Promise<FieldBlock> {
    const host: Field = ["Host", this.#authority];
    if (this.#signer === undefined) return FieldBlock.of(host, ...fields);
    const payload = await payloadOf(content);
    const date = amzDate(this.clock.now());
    const signed: Field[] = [host, ["X-Amz-Content-SHA256", payload], ["X-Amz-Date", date], ...fields];
    const authorization = this.#signer.authorization({ method, path, query, fields: signed, payload }, date);
    return FieldBlock.of(...signed, ["Authorization", authorization]);
  }
}

/** The hash of no content. */
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function payloadOf(content: Asking["content"]): string | Promise<string> {
  if (content === undefined) return NOTHING;
  return content instanceof Uint8Array ? sha256Of(content) : UNSIGNED_PAYLOAD;
}

function contentOf(content: Asking["content"]): OwnContent | undefined {
  if (content === undefined) return undefined;
  return content instanceof Uint8Array ? contentAtHand(content) : new WatchedContent(content);
}
