/**
 * Multipart uploads: begun, their parts stored, and completed or given up.
 *
 * @module
 */
import { HttpError } from "../http/errors.ts";
import type { ClientTimeouts, OwnAnswer } from "../http/http_client.ts";
import type { ErrorLog } from "../ports.ts";
import { conditionFields, errorOfPut, storedTag, typeFields } from "./answers.ts";
import { completedTagOf, completion, errorOf, uploadIdOf } from "./documents.ts";
import { documentOf, errorOfRefusal, faultOf, refusalOf } from "./errors.ts";
import type { SignedClient } from "./signed_client.ts";
import type { PartContent, PartsOf, PutConditions, PutOptions, StoredPart } from "./storage.ts";

/** Of one bucket. Which are open is known by those who have begun them. */
export class MultipartUploads {
  constructor(readonly client: SignedClient, readonly errorLog: Pick<ErrorLog, "warning">) {}

  /** As Storage.beginParts(). */
  async begin(
    key: string,
    { contentType }: Pick<PutOptions, "contentType">,
    timeouts: ClientTimeouts,
  ): Promise<PartsOf> {
    const asking = {
      method: "POST",
      key,
      parameters: { uploads: "" },
      fields: typeFields(contentType),
    } as const;
    const document = await this.#document(await this.client.ask(asking, timeouts), key);
    return { key, id: this.#read(() => uploadIdOf(document)) };
  }

  /** As Storage.putPart(). */
  async put(
    { key, id }: PartsOf,
    number: number,
    content: Uint8Array | PartContent,
    timeouts: ClientTimeouts,
  ): Promise<StoredPart> {
    const parameters = { partNumber: number, uploadId: id };
    const answer = await this.client.ask({ method: "PUT", key, parameters, content }, timeouts);
    if (answer.status !== 200) throw errorOfRefusal(await refusalOf(answer), this.client.settings, key);
    return { number, etag: storedTag(answer, this.client.settings) };
  }

  /**
   * As Storage.completeParts(), but for a tag that is not told. What is answered 200 may be an error all the same, since
   * that is said before it is tried.
   */
  async complete(
    { key, id }: PartsOf,
    parts: readonly StoredPart[],
    conditions: PutConditions,
    timeouts: ClientTimeouts,
  ): Promise<string | undefined> {
    const answer = await this.client.ask({
      method: "POST",
      key,
      parameters: { uploadId: id },
      fields: [["Content-Type", "application/xml"], ...conditionFields(conditions)],
      content: new TextEncoder().encode(completion(parts)),
    }, timeouts);
    const { settings } = this.client;
    if (answer.status !== 200) throw errorOfPut(await refusalOf(answer), conditions, settings, key);
    const document = await documentOf(answer, settings);
    const error = errorOf(document);
    if (error !== undefined) throw errorOfPut({ status: 200, ...error }, conditions, settings, key);
    return this.#read(() => completedTagOf(document));
  }

  /** As Storage.abortParts(). One that is not there any more is given up. */
  async abort({ key, id }: PartsOf, timeouts: ClientTimeouts): Promise<void> {
    try {
      const answer = await this.client.ask({ method: "DELETE", key, parameters: { uploadId: id } }, timeouts);
      if (answer.status < 300) return answer.body.close();
      const refusal = await refusalOf(answer);
      if (refusal.status !== 404) throw errorOfRefusal(refusal, this.client.settings, key);
    } catch (error) {
      const why = error instanceof HttpError ? error.log : undefined;
      this.errorLog.warning(
        `${why ?? `bucket "${this.client.settings.name}": ${error}`}; parts of an upload are left there`,
      );
    }
  }

  async #document(answer: OwnAnswer, key: string): ReturnType<typeof documentOf> {
    if (answer.status === 200) return await documentOf(answer, this.client.settings);
    throw errorOfRefusal(await refusalOf(answer), this.client.settings, key);
  }

  /** @throws {HttpError} 502 where a document is not the one that was asked for */
  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw faultOf(error, this.client.settings);
    }
  }
}
