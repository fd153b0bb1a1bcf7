/**
 * What lies in buckets, as one worker has it: loaded with the first configuration that has a location there.
 *
 * @module
 */
import { usedBuckets } from "../config/places.ts";
import type { BucketConfig, Config } from "../config/types.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import { upstreamAuthority } from "../http/upstream_url.ts";
import type { Clock, ErrorLog } from "../ports.ts";
import type { UpstreamClients } from "../proxy/clients.ts";
import type { ProxyPorts } from "../proxy/proxy.ts";
import type { BucketSettings } from "../s3/storage.ts";
import type { Uploading } from "../s3/uploading.ts";
import type { Buckets } from "../site/buckets.ts";

/** For uploads that are being given up when the server stops, in milliseconds: what is left of them costs money. */
const LAST_PATIENCE = 2000;

/** What buckets work with. The deadlines are asked for with the first request. */
export interface BucketsPorts extends ProxyPorts {
  readonly clock: Clock;
  readonly errorLog: ErrorLog;
  /** Shared by all workers: what one has changed is seen by the others at once. */
  readonly generations: SharedArrayBuffer;
}

/** Owns the connections to storages that no request has. */
export class LazyBuckets {
  /** Those of the configuration that was prepared last; undefined where it has none. */
  current: Buckets | undefined;
  #clients: UpstreamClients | undefined;
  #uploading: Uploading | undefined;
  #preparing: Config | undefined;

  constructor(readonly ports: BucketsPorts) {}

  /** Makes a configuration's buckets; what is being answered goes on with those of the one before. */
  prepare(config: Config): MaybePromise<void> {
    this.#preparing = config;
    if (usedBuckets(config).length > 0) return this.#prepare(config);
    this.#replace(undefined, undefined);
  }

  async #prepare(config: Config): Promise<void> {
    const [{ UpstreamClients }, { Bucket }, { BucketViews }, { storeOf }, { serverOf }, { Uploading }] =
      await Promise.all([
        import("../proxy/clients.ts"),
        import("../s3/bucket.ts"),
        import("../s3/bucket_views.ts"),
        import("../s3/bucket_store.ts"),
        import("../s3/addressing.ts"),
        import("../s3/uploading.ts"),
      ]);
    if (this.#preparing !== config) return;
    const { clock, errorLog, generations } = this.ports;
    const clients = new UpstreamClients(this.ports);
    const uploading = this.#uploading ??= new Uploading(clock);
    const views = new BucketViews({
      bucketOf(name, { verify }) {
        const settings = settingsOf(config.buckets[name]!);
        const client = clients.of(serverOf(settings), verify);
        return { settings, storage: new Bucket(settings, { client, clock, errorLog }) };
      },
      generations,
      clock,
      age: config.bucketCache,
      room: config.bucketCacheSize,
    });
    this.#replace(clients, {
      originOf: (place, access) => views.originOf(place, access),
      storeOf: ({ name, prefix }, access) => storeOf(views.viewOf(name, access), prefix, uploading),
    });
  }

  #replace(clients: UpstreamClients | undefined, buckets: Buckets | undefined): void {
    this.#clients?.stop();
    this.#clients = clients;
    this.current = buckets;
  }

  /** Closes connections that nobody uses, and those that are given back from now on. */
  stop(): void {
    this.#clients?.stop();
  }

  /** Resolves once uploads that were broken off have been given up, or after a while. */
  async settled(): Promise<void> {
    if (this.#uploading === undefined) return;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => cancel = this.ports.clock.after(LAST_PATIENCE, resolve));
    await Promise.race([this.#uploading.settled(), late]);
    cancel();
  }
}

/** As the storage is asked. */
export function settingsOf(
  { name, endpoint: { tls, hostname, port }, region, bucket, accessKey, secretKey, pathStyle }: BucketConfig,
): BucketSettings {
  const authority = upstreamAuthority({ address: { hostname, port }, tls, hostname });
  return { name, bucket, region, accessKey, secretKey, pathStyle, authority, tls };
}
