/**
 * The kinds of request that are measured. A new one is one more object in ROWS; if it wants something of the servers
 * that is new too, then also one more word in Feature and its lines in the configurations in servers.ts.
 *
 * @module
 */
import { CODING_FILES, CODING_ROWS } from "./coding_rows.ts";
import { CHILDREN, SCRIPT, SCRIPT_GREETING } from "./backends.ts";
import { GREETING, PROGRAM } from "./program.ts";
import { HOST, LOCATION, MANY } from "./setup.ts";
import type { Row } from "./types.ts";

/** The lengths of the answers whose latency is measured, in bytes. */
export const LATENCY_LENGTHS = [1, 1000, 5000, 20_000, 66_000, 300_000, 1_000_000];

/** The path of the file of a length. */
export const latencyPath = (length: number): string => `/${length}-bytes.html`;

/** The files of the site, and their lengths. */
export const FILES: Readonly<Record<string, number>> = {
  "1k.html": 1024,
  "100k.html": 100 * 1024,
  "1m.bin": 1_000_000,
  "100m.bin": 100_000_000,
  "70k.html": 70_000,
  ...CODING_FILES,
  ...Object.fromEntries(LATENCY_LENGTHS.map((length) => [latencyPath(length).slice(1), length])),
};

const SMALL = {
  path: "/1k.html",
  needs: "answer",
  connections: 64,
  expect: { status: 200, length: 1024, offset: 0 },
} as const;

const MIDDLE = { ...SMALL, path: "/70k.html", expect: { status: 200, length: 70_000, offset: 0 } } as const;

const LARGE = {
  path: "/100m.bin",
  connections: 4,
  expect: { status: 200, length: 100_000_000, offset: 0 },
  countsBytes: true,
} as const;

/** Over TLS, with the load that speaks HTTP/2. */
const HTTP2 = { needs: "http2", load: "h2load", setup: { tls: "h2" } } as const;

/** What Chrome sends for a link on a page of the same site. */
const BROWSER_FIELDS = [
  "Connection: keep-alive",
  'sec-ch-ua: "Chromium";v="138", "Not=A?Brand";v="8", "Google Chrome";v="138"',
  "sec-ch-ua-mobile: ?0",
  'sec-ch-ua-platform: "Linux"',
  "Upgrade-Insecure-Requests: 1",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: navigate",
  "Sec-Fetch-User: ?1",
  "Sec-Fetch-Dest: document",
  "Referer: http://127.0.0.1:8080/index.html",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
  "Cookie: session=5f2c1e0a9b7d4c3e8f6a1b2c3d4e5f60; theme=dark",
];

/** In the order of the result. */
export const ROWS: readonly Row[] = [
  { ...SMALL, id: "1k", title: "1 KiB" },
  { ...SMALL, id: "browser", title: "1 KiB, a browser's request fields", fields: BROWSER_FIELDS },
  { ...SMALL, id: "500", title: "1 KiB on 500 connections", connections: 500 },
  {
    id: "100k",
    title: "100 KiB",
    path: "/100k.html",
    needs: "answer",
    connections: 64,
    expect: { status: 200, length: 100 * 1024, offset: 0 },
  },
  { ...LARGE, id: "100m", title: "100 MB", needs: "large" },
  {
    id: "206",
    title: "206: 1 MB out of 100 MB",
    path: "/100m.bin",
    needs: "range",
    connections: 16,
    fields: ["Range: bytes=50000000-50999999"],
    expect: { status: 206, length: 1_000_000, offset: 50_000_000 },
    countsBytes: true,
  },
  {
    ...SMALL,
    id: "304",
    title: "304: the client has it",
    needs: "condition",
    revalidates: true,
    expect: { status: 304, length: 0 },
  },
  { ...SMALL, id: "404", title: "404", path: "/missing.html", needs: "missing", expect: { status: 404 } },
  {
    ...SMALL,
    id: "close",
    title: "1 KiB, a new connection each",
    needs: "close",
    fields: ["Connection: close"],
  },
  {
    id: "cgi",
    title: "CGI: a C program that prints a line",
    path: `/cgi-bin/${PROGRAM}`,
    needs: "cgi",
    connections: 8,
    expect: { status: 200, length: GREETING.length, text: GREETING },
    setup: { cgi: true },
    // The framing depends on whether the program's output and its end come together.
    tolerance: 0.1,
    reference: "lighttpd",
  },
  {
    id: "fastcgi",
    title: "FastCGI: a PHP script that prints a line",
    path: `/${SCRIPT}`,
    needs: "fastcgi",
    connections: CHILDREN,
    expect: { status: 200, length: SCRIPT_GREETING.length, text: SCRIPT_GREETING },
    setup: { backend: "php-fpm" },
    // The end of PHP's output may come for itself, and then costs a chunk.
    tolerance: 0.1,
  },
  { ...SMALL, id: "proxy", title: "Proxy: 1 KiB", needs: "proxy", setup: { backend: "upstream" } },
  {
    id: "proxy-100k",
    title: "Proxy: 100 KiB",
    path: "/100k.html",
    needs: "proxy",
    connections: 64,
    expect: { status: 200, length: 100 * 1024, offset: 0 },
    setup: { backend: "upstream" },
  },
  {
    id: "tunnel",
    title: "Tunnel: 1 GB",
    path: "/",
    needs: "tunnel",
    connections: 1,
    load: "tunnel",
    expect: { status: 101 },
    countsBytes: true,
    setup: { backend: "tunnel" },
  },
  { ...SMALL, id: "bucket", title: "Bucket: 1 KiB", needs: "bucket", setup: { backend: "bucket" } },
  { ...LARGE, id: "bucket-100m", title: "Bucket: 100 MB", needs: "bucket", setup: { backend: "bucket" } },
  {
    id: "put-1m",
    title: "PUT of 1 MB",
    path: "/files/put",
    needs: "put",
    connections: 8,
    puts: "1m.bin",
    expect: { status: 204, length: 0 },
    setup: { store: true },
  },
  {
    id: "put-100m",
    title: "PUT of 100 MB",
    path: "/files/put",
    needs: "put",
    connections: 1,
    puts: "100m.bin",
    load: "curl",
    expect: { status: 204, length: 0 },
    setup: { store: true },
  },
  { ...SMALL, id: "tls-1k", title: "TLS: 1 KiB", needs: "tls", setup: { tls: "http/1.1" } },
  { ...MIDDLE, id: "tls-70k", title: "TLS: 70 KB", needs: "tls", setup: { tls: "http/1.1" } },
  { ...LARGE, id: "tls-100m", title: "TLS: 100 MB", needs: "tls", setup: { tls: "http/1.1" } },
  {
    ...SMALL,
    id: "handshake",
    title: "TLS: 1 KiB, a new connection and a full handshake each",
    needs: "tls",
    connections: 4,
    load: "s_time",
    setup: { tls: "http/1.1" },
    // It speaks HTTP/1.0, whose answers have other fields.
    tolerance: 0.1,
  },
  { ...SMALL, ...HTTP2, id: "h2-1k", title: "HTTP/2: 1 KiB" },
  {
    ...SMALL,
    ...HTTP2,
    id: "h2-streams",
    title: "HTTP/2: 1 KiB, 16 streams on each of 4 connections",
    connections: 4,
    streams: 16,
  },
  { ...MIDDLE, ...HTTP2, id: "h2-70k", title: "HTTP/2: 70 KB" },
  { ...LARGE, ...HTTP2, id: "h2-100m", title: "HTTP/2: 100 MB" },
  {
    ...SMALL,
    ...HTTP2,
    id: "h2-http1",
    title: "HTTP/2 against HTTP/1.1, both over TLS: 1 KiB",
    against: { title: "HTTP/1.1", setup: { tls: "http/1.1" } },
  },
  ...CODING_ROWS,
  {
    ...SMALL,
    id: "names",
    title: "1 KiB, 10,000 server names",
    needs: "names",
    fields: [`Host: ${HOST}`],
    setup: { names: MANY },
    against: { title: "one server name", setup: { names: 1 } },
  },
  {
    ...SMALL,
    id: "locations",
    title: "1 KiB, 10,000 locations",
    path: `${LOCATION}1k.html`,
    needs: "locations",
    expect: { ...SMALL.expect, file: "1k.html" },
    setup: { locations: MANY },
    against: { title: "one location", setup: { locations: 1 } },
  },
  {
    ...SMALL,
    id: "log",
    title: "1 KiB, with an access log",
    needs: "log",
    setup: { log: "combined" },
    against: { title: "no log", setup: {} },
  },
  {
    ...SMALL,
    id: "inspector",
    title: "1 KiB, with the inspector",
    needs: "inspector",
    setup: { inspector: true },
    against: { title: "no inspector", setup: {} },
  },
  {
    ...SMALL,
    id: "workers",
    title: "1 KiB, two workers on both cores, the load on one of them",
    needs: "workers",
    connections: 128,
    setup: { workers: 2, log: "json" },
    against: { title: "one worker on its own core", setup: { log: "json" } },
    onDemand: true,
  },
];
