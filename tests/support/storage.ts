/**
 * A real S3 storage for tests: the one that `deno task test` has started for all of them (WEBSERV_S3), or else one that
 * a test file starts for itself and ends after its last test. A test that kills or stops the storage starts one of its
 * own with `startStorage()`: the one here may be everybody's.
 *
 * @module
 */
import { S3Client } from "../../scripts/s3/client.ts";
import { whatIsMissing } from "../../scripts/s3/programs.ts";
import { REGION, startStorage, type Storage } from "../../scripts/s3/storage.ts";

/** A bucket that nobody else uses. */
export interface TestBucket {
  /** Of the storage, e.g. `t-3f2a90c1`. */
  readonly name: string;
  readonly endpoint: string;
  readonly client: S3Client;
  /** Its settings for `buckets:` in a configuration, as one line of YAML. */
  readonly settings: string;
}

/** What WEBSERV_S3 says, as JSON. */
export interface StorageWords {
  readonly port: number;
  readonly accessKey: string;
  readonly secretKey: string;
}

let own: Promise<Storage> | undefined;

/** The storage for this file's tests. */
export async function storage(): Promise<
  StorageWords & { readonly endpoint: string; readonly client: S3Client }
> {
  const given = Deno.env.get("WEBSERV_S3");
  if (given === undefined) return await (own ??= startStorage());
  const { port, accessKey, secretKey }: StorageWords = JSON.parse(given);
  const client = new S3Client(port, { accessKey, secretKey, region: REGION });
  return { port, accessKey, secretKey, client, endpoint: `http://127.0.0.1:${port}` };
}

/** A bucket of its own for a test, empty. It ends with the storage. */
export async function testBucket(options: { readonly isPublic?: boolean } = {}): Promise<TestBucket> {
  const { endpoint, client, accessKey, secretKey } = await storage();
  const name = `t-${crypto.randomUUID().slice(0, 8)}`;
  await client.makeBucket(name, options);
  return { name, endpoint, client, settings: bucketSettings(name, { endpoint, accessKey, secretKey }) };
}

/** One bucket's settings for a configuration, as one line of YAML. */
export function bucketSettings(
  bucket: string,
  { endpoint, accessKey, secretKey }: { endpoint: string; accessKey: string; secretKey: string },
): string {
  return `{ endpoint: "${endpoint}", region: ${REGION}, bucket: ${bucket}, access_key: "${accessKey}", ` +
    `secret_key: "${secretKey}", path_style: on }`;
}

const missing = whatIsMissing();

/** The name and whether it is not run here, for a test that wants a storage: `test({ ...needsStorage(NAME), fn })`. */
export function needsStorage(name: string): { name: string; ignore: boolean } {
  return {
    name: missing === undefined ? name : `${name} (ignored: ${missing})`,
    ignore: missing !== undefined,
  };
}

Deno.test.afterAll(async () => {
  const last = own;
  own = undefined;
  await (await last)?.[Symbol.asyncDispose]();
});
