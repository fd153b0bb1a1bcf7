/**
 * What a site works with where nothing may happen: files are read, and that is all. Whoever would be run or connected to
 * is left alone, and a mark stands in the place of the answer.
 *
 * @module
 */
import { isBasic, parseBasic } from "../access/basic.ts";
import type { Config } from "../config/types.ts";
import { FileCache } from "../disk/file_cache.ts";
import { Listings } from "../files/listings.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import { type Clock, type Compression, DialError, type ErrorLog, type FileSystem } from "../ports.ts";
import { requestTarget } from "../proxy/request_target.ts";
import { upstreamUrl } from "../http/upstream_url.ts";
import type { PublicAuthority } from "../site/authority_pages.ts";
import type { LiveReload, Services } from "../site/exchange.ts";
import type { KnowsUsers } from "../site/logins.ts";
import { dryBuckets } from "./dry_buckets.ts";
import { DryStore } from "./dry_store.ts";

/** What explaining reads with. */
export interface ExplainPorts {
  readonly files: FileSystem;
  /** True for a symbolic link. */
  readonly isLink: (path: string) => boolean;
  readonly clock: Clock;
  readonly compression: Compression;
  readonly live: LiveReload | undefined;
}

/** Whether an answer is the mark: what it will be is up to a program or another server. */
export function isUnknown(response: Response): boolean {
  return response.isByProgram === true;
}

/** Whether its content is the mark's, be the status known: an error's page that a program makes. */
export function hasUnknownContent({ body }: Response): boolean {
  return body === UNKNOWN.body;
}

const UNKNOWN: Response = {
  status: 200,
  fields: FieldBlock.EMPTY,
  body: new Uint8Array(),
  isByProgram: true,
};

/** Services that do nothing. */
export function dryServices(
  { files, isLink, clock, compression, live }: ExplainPorts,
  { buckets }: Pick<Config, "buckets">,
): Services {
  const dry = new DryStore(files, isLink), cache = new FileCache(dry.files, clock);
  const unknown = () => Promise.resolve(UNKNOWN);
  return {
    files: cache,
    listings: new Listings(cache.turns),
    gateway: { answer: unknown },
    fastcgi: { answer: unknown },
    dialer: { connect: () => Promise.reject(new DialError("denied", "nothing is connected to")) },
    forwarder: {
      answer: (_, { targets }, asked, told) => {
        for (const target of targets) told?.(upstreamUrl(target) + requestTarget(asked, target.uri));
        return UNKNOWN;
      },
    },
    buckets: dryBuckets((name) => buckets[name]!.bucket, UNKNOWN),
    compression,
    logins: TAKEN_FOR_RIGHT,
    store: dry.store,
    errorLog: SILENT,
    live,
    authority: AUTHORITY,
  };
}

/** No file of users is read, and no password compared: whoever says a name is taken for him. */
const TAKEN_FOR_RIGHT: KnowsUsers = {
  verify({ fields }) {
    const authorization = fields.joined("authorization");
    if (authorization === undefined || !isBasic(authorization)) return { is: "none" };
    const credentials = parseBasic(authorization);
    return credentials === undefined ? { is: "wrong" } : { is: "right", user: credentials.name };
  },
  remembered({ fields }) {
    return parseBasic(fields.joined("authorization") ?? "")?.name;
  },
};

/** Why it is an error stands in the answer. */
const SILENT: ErrorLog = { error: () => {}, warning: () => {}, notice: () => {}, program: () => {} };

/** Its pages have other contents, and the same fields. */
const AUTHORITY: PublicAuthority = {
  name: "local authority",
  fingerprint: "",
  pem: "",
  der: new Uint8Array(),
  addresses: [],
};
