/**
 * Where a bucket is asked: with its name in the path, or before the host's.
 *
 * @module
 */
import { parseHost } from "../http/host.ts";
import { encodeKey, encodeText } from "./encoding.ts";
import type { BucketSettings } from "./storage.ts";

/** The value of Host. */
export function authorityOf({ pathStyle, bucket, authority }: BucketSettings): string {
  return pathStyle ? authority : `${bucket}.${authority}`;
}

/** The server of a bucket, as connections to it are made. */
export interface BucketServer {
  readonly address: { readonly hostname: string; readonly port: number };
  readonly tls: boolean;
  /** The name that its certificate has to be for. */
  readonly hostname: string;
}

/** Whom to ask. @throws {TypeError} if there is no such host, which the configuration has seen to */
export function serverOf(settings: BucketSettings): BucketServer {
  const { tls } = settings, authority = authorityOf(settings);
  const parsed = parseHost(authority);
  if (parsed === undefined) throw new TypeError(`"${authority}" is no host`);
  const { host: hostname, port = tls ? 443 : 80 } = parsed;
  return { address: { hostname, port }, tls, hostname };
}

/** The path of an object, or of the bucket itself, encoded. @throws as encodeKey() */
export function pathOf({ pathStyle, bucket }: BucketSettings, key: string | undefined): string {
  const start = pathStyle ? `/${encodeText(bucket)}/` : "/";
  return key === undefined ? start : start + encodeKey(key);
}
