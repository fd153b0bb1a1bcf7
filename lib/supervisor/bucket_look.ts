/**
 * Whether the buckets of a configuration can be had, as `webserv check --connect` tries it: each is asked for a list of one
 * key, in the way in which its locations ask.
 *
 * @module
 */
import { allLocations, usedBuckets } from "../config/places.ts";
import type { BucketConfig, Config } from "../config/types.ts";
import { HttpError } from "../http/errors.ts";
import { upstreamUrl } from "../http/upstream_url.ts";
import { UpstreamClients } from "../proxy/clients.ts";
import { clock } from "../runtime/clock.ts";
import { systemDialer } from "../runtime/dial.ts";
import { serverOf } from "../s3/addressing.ts";
import { Bucket } from "../s3/bucket.ts";
import { Deadlines } from "../server/deadlines.ts";
import { settingsOf } from "./lazy_buckets.ts";

/** What came of asking for one bucket. */
export interface BucketLook {
  readonly name: string;
  /** The storage's URL, without the bucket where that stands in the path. */
  readonly url: string;
  /** The storage's name for it. */
  readonly bucket: string;
  /** Why it cannot be had, without its name; undefined: it can be listed. */
  readonly problem: string | undefined;
}

/** Tries all at the same time. Takes no longer than `proxy_timeouts` of their locations. */
export async function lookAtBuckets(config: Config): Promise<readonly BucketLook[]> {
  const clients = new UpstreamClients({
    dialer: systemDialer,
    clock,
    deadlines: new Deadlines(clock),
    limits: () => config.limits,
  });
  try {
    return await Promise.all(usedBuckets(config).map((bucket) => lookAt(bucket, config, clients)));
  } finally {
    clients.stop();
  }
}

async function lookAt(bucket: BucketConfig, config: Config, clients: UpstreamClients): Promise<BucketLook> {
  const { proxy } = allLocations(config).find(({ files }) => files.bucket?.name === bucket.name)!;
  const settings = settingsOf(bucket), server = serverOf(settings);
  const client = clients.of(server, proxy.proxySslVerify);
  const look = { name: bucket.name, url: upstreamUrl(server), bucket: bucket.bucket };
  try {
    const storage = new Bucket(settings, { client, clock, errorLog: { warning: () => {} } });
    await storage.list({ prefix: "", delimited: true, most: 1 }, proxy.proxyTimeouts);
    return { ...look, problem: undefined };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    let problem = error.log ?? error.message;
    for (const known of [`bucket "${bucket.name}": `, `${look.url}: `, `${look.url} `]) {
      if (problem.startsWith(known)) problem = problem.slice(known.length);
    }
    return { ...look, problem };
  }
}
