/**
 * Buckets of S3-compatible object storage, as a file names them: where they are, who asks, and which place of one a
 * location has.
 *
 * @module
 */
import { isAddress } from "../http/host.ts";
import { type Decoder, flag, isList, isMap, map, object, parsed, refuse } from "./decoder.ts";
import { quote, type Report } from "./issues.ts";
import { parseUpstream } from "./upstreams.ts";
import type { BucketConfig, BucketPlace } from "./value_types.ts";
import { ValueError } from "./values.ts";

/** AWS's name of the region that stands for none. */
const DEFAULT_REGION = "us-east-1";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const PLACE = "the name of one of the buckets, with a folder in it or without, such as media/films";

/** All buckets, by their names in the file. */
export const buckets: Decoder<Readonly<Record<string, BucketConfig>>> = (node, report) => {
  const entries = map("a mapping from names to buckets", parseName, bucket)(node, report);
  return entries && Object.fromEntries(entries.map(([name, make]) => [name, make(name)]));
};

/** A place in one of the buckets. */
export const bucketPlace: Decoder<BucketPlace> = parsed(PLACE, (text) => {
  const [name = "", ...segments] = text.replace(/\/$/, "").split("/");
  if (!NAME.test(name)) throw new ValueError(`expected ${PLACE}, not ${quote(text)}`);
  for (const segment of segments) {
    // deno-lint-ignore no-control-regex
    if (segment === "" || segment.startsWith(".") || /[\\\x00-\x1f\x7f]/.test(segment)) {
      throw new ValueError(
        `no folder in a bucket is reached by the name ${quote(segment)}: in ${quote(text)}`,
      );
    }
  }
  return { name, prefix: segments.join("/") };
});

/** `upload_store: bucket`: what a path that is absolute can never be. */
export const IN_BUCKET = "bucket:";

/** The word, or a folder. */
export function uploadStore(path: Decoder<string>): Decoder<string> {
  return (node, report) => node.value === "bucket" ? IN_BUCKET : path(node, report);
}

function parseName(text: string): string {
  if (NAME.test(text)) return text;
  throw new ValueError(
    `the name of a bucket has letters, digits, ".", "_" and "-", and 63 of them at most: not ${quote(text)}`,
  );
}

/** SECURITY: what a key is, or is not, is never shown again. */
const secret: Decoder<string> = (node, report) => {
  const isText = typeof node.value === "string" || typeof node.value === "number" || node.expanded;
  if (isText && /^[\x21-\x7e]+$/.test(node.text)) return node.text;
  const what = isMap(node.value) || isList(node.value)
    ? "several values"
    : node.text === ""
    ? "an empty text"
    : "what is written here";
  report(node, `expected a key of the storage, such as "\${S3_KEY}", not ${what}`);
  return undefined;
};

const ENDPOINT = "where a storage listens, such as http://127.0.0.1:9000 or https://s3.example.test";

const SHAPE = {
  endpoint: parsed(ENDPOINT, parseEndpoint),
  region: parsed(`a region such as ${DEFAULT_REGION}`, (text) => {
    if (/^[A-Za-z0-9-]{1,64}$/.test(text)) return text;
    throw new ValueError(`expected a region such as ${DEFAULT_REGION}, not ${quote(text)}`);
  }),
  bucket: parsed("the storage's name of a bucket", parseName),
  access_key: secret,
  secret_key: secret,
  path_style: flag,
};

/** A bucket, once its name is known. */
const bucket: Decoder<(name: string) => BucketConfig> = (node, report) => {
  if (!isMap(node.value)) return refuse(node, "a mapping with the endpoint and the keys of a bucket", report);
  const section = object("a mapping", SHAPE)(node, report);
  if (section === undefined) return undefined;
  const { endpoint, region = DEFAULT_REGION, bucket, access_key, secret_key, path_style = true } =
    section.values;
  const written = section.at("endpoint");
  if (written === undefined) {
    report(node, "a bucket needs its endpoint: where its storage listens, such as http://127.0.0.1:9000");
  }
  checkKeys(section.at("access_key"), section.at("secret_key"), report);
  if (endpoint === undefined) return undefined;
  if (!path_style && isAddress(endpoint.hostname)) {
    report(
      section.at("path_style")!,
      "path_style: off needs an endpoint with a name: no name comes before an address",
    );
  }
  return (name) => ({
    name,
    endpoint,
    region,
    bucket: bucket ?? name,
    ...access_key !== undefined && secret_key !== undefined &&
      { accessKey: access_key, secretKey: secret_key },
    pathStyle: path_style,
  });
};

/** One without the other is of no use. */
function checkKeys(
  access: Parameters<Report>[0] | undefined,
  secret: Parameters<Report>[0] | undefined,
  report: Report,
): void {
  if (access !== undefined && secret === undefined) {
    report(access, "access_key needs its secret_key; without both of them requests are not signed");
  } else if (secret !== undefined && access === undefined) {
    report(secret, "secret_key needs its access_key; without both of them requests are not signed");
  }
}

function parseEndpoint(text: string): BucketConfig["endpoint"] {
  // SECURITY: what may be a secret is not shown again.
  if (text.includes("@")) {
    throw new ValueError(
      "an endpoint takes no user and no password: access_key and secret_key stand beside it",
    );
  }
  if (!/^https?:\/\//i.test(text)) throw new ValueError(`expected ${ENDPOINT}, not ${quote(text)}`);
  const { address, tls, hostname, uri = "/" } = parseUpstream(text, "/");
  if ("path" in address) {
    throw new ValueError(`a storage listens on a host and a port, not on a socket: ${quote(text)}`);
  }
  if (uri !== "/") {
    throw new ValueError(
      `expected an endpoint without a path, not ${quote(text)}: "bucket" names the bucket`,
    );
  }
  return { tls, hostname, port: address.port };
}
