/**
 * What clients of a soak read: files of every size, several ranges at once, archives, content codings, pages made of
 * Markdown, and what takes a login or comes slowly.
 *
 * @module
 */
import zlib from "node:zlib";
import { toBytes, toText } from "../../tests/support/latin1.ts";
import type { WireResponse } from "../../tests/support/wire.ts";
import { ask, type Client, expect, isSame } from "../siege/client.ts";
import { LARGE, PATTERN, SMALL } from "../siege/site.ts";
import { FOLDER, LONG, MARKDOWN, MEDIUM, RENDERED, TEXT, USER } from "./site.ts";

/** 100 KiB. */
export async function medium(client: Client): Promise<void> {
  const { status, body } = await ask(client, "GET", "/medium.bin");
  expect(
    status === 200 && isSame(body, PATTERN.subarray(0, MEDIUM)),
    `100 KiB: ${status}, ${body.length} bytes`,
  );
}

/** 4 MiB. */
export async function large(client: Client): Promise<void> {
  const { status, body } = await ask(client, "GET", "/large.bin");
  expect(status === 200 && isSame(body, PATTERN), `${LARGE} bytes: ${status}, ${body.length} bytes`);
}

/** Three ranges in one answer. */
export async function manyRanges(client: Client): Promise<void> {
  const at = 1000 + Math.floor(Math.random() * 1_000_000);
  const wanted = [[0, 99], [at, at + 4999], [LARGE - 50, LARGE - 1]] as const;
  const answer = await ask(client, "GET", "/large.bin", { Range: `bytes=0-99,${at}-${at + 4999},-50` });
  const boundary = /^multipart\/byteranges; *boundary="?([^"]+)"?$/.exec(answer.field("content-type") ?? "")
    ?.[1];
  expect(answer.status === 206 && boundary !== undefined, `ranges: ${answer.status}`);
  const parts = answer.text.split(`--${boundary}`).slice(1, -1);
  expect(parts.length === wanted.length, `ranges: ${parts.length} parts`);
  for (const [index, [first, last]] of wanted.entries()) {
    const part = parts[index]!, headEnd = part.indexOf("\r\n\r\n");
    expect(
      part.includes(`bytes ${first}-${last}/${LARGE}`) &&
        isSame(toBytes(part.slice(headEnd + 4, -2)), PATTERN.subarray(first, last + 1)),
      `ranges: part ${index} is another one`,
    );
  }
}

/** A folder as tar, each file compared, and as zip, of which the runtime's own coder opens the files. */
export async function archives(client: Client): Promise<void> {
  const tar = await ask(client, "GET", "/folder/?archive=tar");
  expect(tar.status === 200, `tar: ${tar.status}`);
  compareFiles("tar", filesOfTar(tar.body));
  const zip = await ask(client, "GET", "/folder/?archive=zip");
  expect(zip.status === 200, `zip: ${zip.status}`);
  compareFiles("zip", filesOfZip(zip.body));
}

function compareFiles(kind: string, files: ReadonlyMap<string, Uint8Array>): void {
  const names = Object.keys(FOLDER);
  expect(files.size === names.length, `${kind}: ${files.size} files`);
  for (const name of names) {
    const content = FOLDER[name]!, bytes = typeof content === "string" ? toBytes(content) : content;
    const found = [...files].find(([path]) => path.endsWith(name))?.[1];
    expect(found !== undefined && isSame(found, bytes), `${kind}: ${name} is another one`);
  }
}

/** The plain files of a POSIX tar. */
function filesOfTar(bytes: Uint8Array): Map<string, Uint8Array> {
  const BLOCK = 512, files = new Map<string, Uint8Array>();
  const textAt = (at: number, length: number) => toText(bytes.subarray(at, at + length)).split("\0")[0]!;
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const size = parseInt(textAt(at + 124, 12), 8), type = textAt(at + 156, 1);
    if (type === "0" || type === "") {
      files.set(textAt(at, 100), bytes.subarray(at + BLOCK, at + BLOCK + size));
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** The files of a zip, found by its directory at the end. */
function filesOfZip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    files = new Map<string, Uint8Array>();
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  expect(end >= 0, "zip: no directory");
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const method = view.getUint16(at + 10, true), packed = view.getUint32(at + 20, true);
    const nameLength = view.getUint16(at + 28, true), start = view.getUint32(at + 42, true);
    const name = toText(bytes.subarray(at + 46, at + 46 + nameLength));
    const content = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
    const stored = bytes.subarray(content, content + packed);
    if (!name.endsWith("/")) files.set(name, method === 0 ? stored : zlib.inflateRawSync(stored));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

const TEXT_BYTES = toBytes(TEXT), LONG_BYTES = toBytes(LONG);

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: (bytes) => zlib.gunzipSync(bytes),
  br: (bytes) => zlib.brotliDecompressSync(bytes),
};

/** A text that is kept compressed, in gzip and in brotli. */
export async function codings(client: Client): Promise<void> {
  for (const coding of Object.keys(DECODERS)) {
    const answer = await ask(client, "GET", "/text.txt", { "Accept-Encoding": coding });
    expectCoded(answer, coding, TEXT_BYTES);
  }
}

/** A text that is compressed as it is sent. */
export async function codedStreams(client: Client): Promise<void> {
  const coding = Math.random() < 0.5 ? "gzip" : "br";
  expectCoded(await ask(client, "GET", "/long.txt", { "Accept-Encoding": coding }), coding, LONG_BYTES);
}

function expectCoded(answer: WireResponse, coding: string, text: Uint8Array): void {
  const { status } = answer, said = answer.field("content-encoding");
  expect(status === 200 && said === coding, `${coding}: ${status} in ${said}`);
  const decoded = DECODERS[coding]!(answer.body);
  expect(isSame(decoded, text), `${coding}: ${decoded.length} other bytes`);
}

/** Markdown as a page, and as it is. */
export async function pages(client: Client): Promise<void> {
  const page = await ask(client, "GET", "/page.md", { Accept: "text/html" });
  expect(
    page.status === 200 && page.text.includes(RENDERED),
    `Markdown: ${page.status}, ${page.text.length} bytes`,
  );
  const source = await ask(client, "GET", "/page.md");
  expect(source.text === MARKDOWN, `source of Markdown: ${source.status}`);
}

/** With a login and without one. */
export async function logins(client: Client): Promise<void> {
  const without = await ask(client, "GET", "/users/secret.txt");
  expect(without.status === 401, `without a login: ${without.status}`);
  const login = btoa(`${USER.name}:${USER.password}`);
  const answer = await ask(client, "GET", "/users/secret.txt", { Authorization: `Basic ${login}` });
  expect(answer.status === 200 && answer.text === "secret", `with a login: ${answer.status}`);
}

/** What is kept back, and sent slowly. */
export async function slow(client: Client): Promise<void> {
  const answer = await ask(client, "GET", "/slow/small.txt");
  expect(answer.text === SMALL, `slow: ${answer.status}`);
}
