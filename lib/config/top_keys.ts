/**
 * The keys at the top of the file, and those in its `timeouts` and `limits`.
 *
 * @module
 */
import { flag, integer, oneOf, oneOrMany, parsed } from "./decoder.ts";
import { buckets } from "./buckets.ts";
import { optional, withDefault } from "./key.ts";
import type { BucketConfig } from "./value_types.ts";
import * as decoders from "./key_decoders.ts";
import { parseTrustedProxy } from "./names.ts";
import { parseAdmin } from "./values.ts";
import { ALLOWED_HOSTS } from "./server_keys.ts";

const LOGS = "where the logs go";

/** How the access log may look. */
export const LOG_FORMATS = ["dev", "combined", "common", "json"] as const;
export type LogFormat = typeof LOG_FORMATS[number];

/** The keys at the top, but for `timeouts`, `limits` and `servers`, which hold keys of their own. */
export const TOP_KEYS = {
  /** The number of threads that serve; `auto` is one per core. */
  workers: withDefault({
    decoder: () => decoders.workers,
    default: "1",
    meaning: "threads that serve, or `auto` for one per core",
  }),
  accessLog: withDefault({ decoder: decoders.logTarget, default: "stdout", meaning: LOGS }),
  errorLog: withDefault({ decoder: decoders.logTarget, default: "stderr", meaning: LOGS }),
  /** Undefined: `dev` where the access log goes to a terminal, else `combined`. */
  logFormat: withDefault<LogFormat | undefined>({
    decoder: () => oneOf(LOG_FORMATS),
    default: { text: "dev on a terminal, else combined", example: "combined", value: () => undefined },
    meaning: "how the access log looks: `dev` (a short line), `combined`, `common` or `json`",
  }),
  /** Each 404 is a line of the error log. */
  logNotFound: withDefault({
    decoder: () => flag,
    default: "off",
    meaning: "a line in the error log for each 404: the file that was looked for",
  }),
  /** HTTP/2 is spoken besides HTTP/1.1. */
  http2: withDefault({
    decoder: () => flag,
    default: "on",
    meaning:
      "HTTP/2 besides HTTP/1.1: where TLS is spoken the client chooses, elsewhere a client that begins with it gets it",
  }),
  /** Names that are answered on every address besides the server names. */
  allowedHosts: ALLOWED_HOSTS,
  /** Networks in their normal form: what connects from there is believed in what it says of who asks. */
  trustedProxies: withDefault({
    decoder: () => oneOrMany(parsed("an address or a network", parseTrustedProxy)),
    default: { text: "none", value: () => [], example: "[127.0.0.1, 10.0.0.0/8]" },
    meaning:
      "addresses and networks of proxies that are believed in X-Forwarded-For and -Proto, or Forwarded: the client is the rightmost address there that is none of these",
  }),
  /** Where the inspector is; undefined where there is none. */
  admin: optional({
    decoder: () => parsed('an address of this machine such as 8079 or "127.0.0.1:8079"', parseAdmin),
    meaning:
      "the address of this machine, and no other, where the inspector is: requests as they come, metrics, health",
    example: "127.0.0.1:8079",
    defaultText: "none",
  }),
  /** Buckets of S3-compatible object storage, by the names that locations have for them. */
  buckets: withDefault<Readonly<Record<string, BucketConfig>>>({
    decoder: () => buckets,
    default: {
      text: "none",
      value: () => ({}),
      example: '{ media: { endpoint: "http://127.0.0.1:9000" } }',
    },
    meaning:
      "S3-compatible storage that locations may have their files in: a name to `endpoint`, `region` (us-east-1), `bucket` (the name), `access_key` and `secret_key` (without both requests are not signed), `path_style` (on: the bucket stands in the path, else before the host's name)",
  }),
  /** How long a look at an object is believed, in milliseconds. */
  bucketCache: withDefault({
    decoder: () => decoders.duration,
    default: "1s",
    meaning:
      "how long a look at an object is kept: what another server has stored is seen after that at the latest; `0` looks each time",
  }),
  /** Bytes of small objects' content that each worker keeps. */
  bucketCacheSize: withDefault({
    decoder: () => decoders.boundedSize,
    default: "64M",
    meaning:
      "how much content of small objects each worker keeps; it is sent as long as the object's tag is the same; `0` keeps none",
  }),
  /** Workers get only the permissions that the configuration needs. */
  sandbox: withDefault({
    decoder: () => flag,
    default: "on",
    meaning: "workers get only the permissions that the file needs",
  }),
};

/** The keys of `timeouts`, in milliseconds. */
export const TIMEOUT_KEYS = {
  /** From a request's first byte (a connection's opening, for the first request) to the end of its fields. */
  header: withDefault({
    decoder: () => decoders.nonZeroDuration,
    default: "10s",
    meaning: "for a request's head, from its first byte",
  }),
  /** Between two pieces of a request body; and for all of what still comes of one that has been refused. */
  body: withDefault({
    decoder: () => decoders.nonZeroDuration,
    default: "30s",
    meaning:
      "between two pieces of a request's body; and for what a client still sends of one that is refused, all of it",
  }),
  /** Between two successful writes of a response, besides what limits.send_rate allows. */
  send: withDefault({
    decoder: () => decoders.nonZeroDuration,
    default: "30s",
    meaning:
      "how long a client may take nothing of an answer, so far as the system tells: see `limits.send_rate`",
  }),
  /** How long a connection may wait for its next request. */
  keepAlive: withDefault({
    decoder: () => decoders.duration,
    default: "15s",
    meaning: "how long an idle connection is kept",
  }),
  /** How long a CGI program may be silent. */
  cgi: withDefault({
    decoder: () => decoders.nonZeroDuration,
    default: "60s",
    meaning: "how long a program may be silent",
  }),
  /** How long what is running may take: after a shutdown began, and after workers of another configuration took over. */
  shutdown: withDefault({
    decoder: () => decoders.shutdown,
    default: "10s tunnels 1h",
    meaning:
      "for requests that are running when the server stops; and, behind `tunnels`, for tunnels (WebSockets), downloads and event streams when new workers take over at a reload",
  }),
};

const TOO_LARGE_A_HEAD = "what is more is answered 414 or 431";
const TOO_MANY = "what is more is answered 503; for each worker";

/** The keys of `limits`. */
export const LIMIT_KEYS = {
  /** Bytes of a request line, without its CRLF. */
  requestLine: withDefault({ decoder: () => decoders.size, default: "8k", meaning: TOO_LARGE_A_HEAD }),
  /** Bytes of the whole header section (and of a trailer section). */
  headerFields: withDefault({ decoder: () => decoders.size, default: "32k", meaning: TOO_LARGE_A_HEAD }),
  /** Field lines in the header section (and in a trailer section). */
  headerCount: withDefault({
    decoder: () => integer(1, Infinity),
    default: "100",
    meaning: TOO_LARGE_A_HEAD,
  }),
  /** Bytes in a second that a request's body must come with on average, once timeouts.body has been waited. */
  bodyRate: withDefault({
    decoder: () => decoders.size,
    default: "240",
    meaning:
      "bytes in a second that a request's body must come with after `timeouts.body`; what is slower is answered 408",
  }),
  /**
   * Bytes in a second that a client takes at least: a full buffer of the system's (4 MiB on Linux) tells only when a
   * third of it is free, and the time for that comes on top of timeouts.send.
   */
  sendRate: withDefault({
    decoder: () => decoders.size,
    default: "8k",
    meaning:
      "bytes in a second that a client may take an answer with at the least: up to 1.4 MB are taken before the system tells, and the time for those (171 s at most) is added to `timeouts.send`; `0` adds none",
  }),
  /** Open connections of one worker. */
  connections: withDefault({ decoder: () => integer(1, Infinity), default: "10000", meaning: TOO_MANY }),
  /** Failed logins of one address in a minute. */
  logins: withDefault({
    decoder: () => integer(1, Infinity),
    default: "10",
    meaning:
      "wrong passwords that an address may send in a minute; after that it is answered 429, whatever it sends",
  }),
  /** Running programs of one worker. */
  cgiProcesses: withDefault({ decoder: () => integer(1, Infinity), default: "64", meaning: TOO_MANY }),
  /** Requests at one time on one connection of HTTP/2. */
  http2Streams: withDefault({
    decoder: () => integer(1, Infinity),
    default: "100",
    meaning:
      "requests at one time on one connection of HTTP/2; what is more is refused, and may be sent again",
  }),
};
