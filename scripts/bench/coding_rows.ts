/**
 * The rows of content codings: a script of 100 KiB as clients get it that take gzip or brotli.
 *
 * @module
 */
import type { Row } from "./types.ts";

/** The script, and a plain file that is about as long as the script is in gzip. */
export const SCRIPT_FILE = "100k.js", SHORT_FILE = "coded.png";

/** Text that is coded while it is sent. */
export const TEXT_FILE = "100m.txt";

/** The levels that all servers are told: gzip's are alike, and webserv's own. */
export const LEVELS = { gzip: 5, br: 4 } as const;

export const CODING_FILES: Readonly<Record<string, number>> = {
  [SCRIPT_FILE]: 100 * 1024,
  [SHORT_FILE]: 28_000,
  [TEXT_FILE]: 100_000_000,
};

const script = (coding: "gzip" | "br") =>
  ({
    path: `/${SCRIPT_FILE}`,
    needs: coding === "br" ? "brotli" : "gzip",
    connections: 64,
    fields: [`Accept-Encoding: ${coding}`],
    expect: { status: 200, offset: 0, coding },
    setup: { coding: true },
    // One and the same content may come in chunks or with its length.
    tolerance: 0.05,
  }) as const;

const plain = { connections: 64, needs: "gzip", setup: { coding: true } } as const;

/** In the order of the result. */
export const CODING_ROWS: readonly Row[] = [
  {
    ...plain,
    id: "js-plain",
    title: "100 KiB of JavaScript, as it is",
    path: `/${SCRIPT_FILE}`,
    expect: { status: 200, length: CODING_FILES[SCRIPT_FILE]!, offset: 0 },
  },
  {
    ...plain,
    id: "js-short",
    title: "A plain file as long as 100 KiB of JavaScript in gzip",
    path: `/${SHORT_FILE}`,
    fields: ["Accept-Encoding: gzip"],
    expect: { status: 200, length: CODING_FILES[SHORT_FILE]!, offset: 0 },
  },
  { ...script("gzip"), id: "js-gzip", title: "100 KiB of JavaScript in gzip, from the second request on" },
  { ...script("br"), id: "js-br", title: "100 KiB of JavaScript in brotli, from the second request on" },
  {
    ...script("gzip"),
    id: "first-gzip",
    title: "100 KiB of JavaScript in gzip, the first request for each file",
    connections: 1,
    load: "first",
  },
  {
    ...script("br"),
    id: "first-br",
    title: "100 KiB of JavaScript in brotli, the first request for each file",
    connections: 1,
    load: "first",
  },
  {
    ...script("gzip"),
    id: "text-100m",
    title: "100 MB of text in gzip, coded as it is sent",
    path: `/${TEXT_FILE}`,
    connections: 4,
    countsBytes: true,
  },
];
