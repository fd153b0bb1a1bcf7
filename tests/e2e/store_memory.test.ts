/**
 * Memory does not grow with the size of what is stored. By default 256 MB; WEBSERV_STORE_BYTES says otherwise.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { createHash } from "node:crypto";
import { startServer, type TestServer } from "../support/server.ts";
import { WireClient } from "../support/wire.ts";
import {
  filesIn,
  FORM_END,
  FORM_TYPE,
  formPart,
  head,
  put,
  STORE_CONFIG,
  STORE_FILES,
  storeOf,
} from "./store_support.ts";
import { HAS_PROC, residentMemory } from "./wire_support.ts";

const MIB = 1024 ** 2;
const SIZE = Number(Deno.env.get("WEBSERV_STORE_BYTES") ?? 256 * MIB);
const ALLOWED_GROWTH = 48 * MIB;
const PIECE = MIB;

const CONFIG = STORE_CONFIG.replaceAll("10M", "0");
const IGNORED = HAS_PROC ? "" : " (ignored: only Linux shows a process's memory under /proc)";
const SHOWN = `${Math.round(SIZE / MIB)} MiB`;

/** The body's piece by its number: all differ, and none is told by another. */
function fill(piece: Uint8Array, number: number): void {
  new DataView(piece.buffer).setUint32(0, number);
  piece[5000 + number % 1000] = number;
}

/** Sends a request with a body of SIZE; gives the SHA-256 of the body and by how much the server has grown. */
async function upload(
  server: TestServer,
  start: string,
  end: string,
): Promise<{ digest: string; growth: number; status: number | undefined }> {
  const before = residentMemory(server.pid);
  using client = await WireClient.connect(server.port);
  await client.send(start);
  const hash = createHash("sha256"), piece = new Uint8Array(PIECE);
  crypto.getRandomValues(piece.subarray(0, 65536));
  let most = 0;
  for (let sent = 0; sent < SIZE; sent += PIECE) {
    fill(piece, sent / PIECE);
    const bytes = piece.subarray(0, Math.min(PIECE, SIZE - sent));
    hash.update(bytes);
    await client.send(bytes);
    if (sent % (8 * PIECE) === 0) most = Math.max(most, residentMemory(server.pid));
  }
  await client.send(end);
  const response = await client.response();
  return {
    digest: hash.digest("hex"),
    growth: Math.max(most, residentMemory(server.pid)) - before,
    status: response?.status,
  };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(4 * MIB);
  for (let count; (count = await file.read(buffer)) !== null;) hash.update(buffer.subarray(0, count));
  return hash.digest("hex");
}

const [PART_HEAD, PART_END] = formPart('; name="f"; filename="large.bin"', "\0").split("\0") as [
  string,
  string,
];

for (
  const [what, start, end] of [
    ["PUT", head("PUT", "/files/large.bin", { "Content-Length": String(SIZE) }), ""],
    [
      "multipart POST",
      head("POST", "/files/", {
        "Content-Type": FORM_TYPE,
        "Content-Length": String(PART_HEAD.length + SIZE + PART_END.length + FORM_END.length),
      }) + PART_HEAD,
      PART_END + FORM_END,
    ],
  ] as const
) {
  Deno.test({
    name: `a ${what} of ${SHOWN} arrives whole while memory grows by less than 48 MiB${IGNORED}`,
    ignore: !HAS_PROC,
    fn: async () => {
      await using server = await startServer({ config: CONFIG, files: STORE_FILES });
      // What the first upload needs once (code, buffers) is no growth with the size.
      for (let i = 0; i < 5; i++) await put(server, "/over/warm", new Uint8Array(MIB));
      const { digest, growth, status } = await upload(server, start, end);
      assertEquals(status, 201);
      const path = storeOf(server, "store/large.bin");
      assertEquals([filesIn(storeOf(server)), Deno.statSync(path).size], [["large.bin"], SIZE]);
      assertEquals(await digestOf(path), digest);
      if (Deno.env.has("WEBSERV_STORE_BYTES")) console.log(`${what}: ${Math.round(growth / MIB)} MiB`);
      assertLess(growth, ALLOWED_GROWTH, `memory grew by ${Math.round(growth / MIB)} MiB`);
    },
  });
}

Deno.test({
  name: `thirty uploads that stand still cost little memory${IGNORED}`,
  ignore: !HAS_PROC,
  fn: async () => {
    await using server = await startServer({ config: CONFIG, files: STORE_FILES });
    for (let i = 0; i < 5; i++) await put(server, "/over/warm", new Uint8Array(MIB));
    const before = residentMemory(server.pid);
    const clients = await Promise.all(Array.from({ length: 30 }, () => WireClient.connect(server.port)));
    await Promise.all(clients.map(async (client, i) => {
      await client.send(head("PUT", `/files/${i}`, { "Content-Length": "100000000" }));
      for (let j = 0; j < 4; j++) await client.send(new Uint8Array(500_000));
    }));
    const growth = residentMemory(server.pid) - before;
    for (const client of clients) client[Symbol.dispose]();
    assert(growth < ALLOWED_GROWTH, `memory grew by ${Math.round(growth / MIB)} MiB`);
  },
});
