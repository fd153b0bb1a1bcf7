/**
 * The kinds of request that are measured. A new one is one more object in ROWS; if it wants something of the servers
 * that is new too, then also one more word in Feature and its lines in the configurations in servers.ts.
 *
 * @module
 */
import type { Row } from "./types.ts";

/** The files of the site, and their lengths. */
export const FILES: Readonly<Record<string, number>> = {
  "1k.html": 1024,
  "100k.html": 100 * 1024,
  "100m.bin": 100_000_000,
};

const SMALL = {
  path: "/1k.html",
  needs: "answer",
  connections: 64,
  expect: { status: 200, length: 1024, offset: 0 },
} as const;

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
  {
    id: "100m",
    title: "100 MB",
    path: "/100m.bin",
    needs: "large",
    connections: 4,
    expect: { status: 200, length: 100_000_000, offset: 0 },
    countsBytes: true,
  },
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
];
