/**
 * Resumable uploads under digests (RFC 9530) and under locks of WebDAV (RFC 4918).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { DAV_CONFIG, DAV_FILES, tokenOf, unlock } from "./dav_support.ts";
import { append, ask, begin, encodeBase64, stateOf, upload } from "./resumable_support.ts";
import { filesIn, send, storeOf } from "./store_support.ts";

/** The value of a digest field. */
const digest = async (text: string) =>
  `sha-256=:${encodeBase64(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))}:`;

test("digests: each request's is checked, and the whole's at the end", async () => {
  await using server = await startServer({ config: DAV_CONFIG, files: DAV_FILES });
  const whole = { "Repr-Digest": await digest("hello world") };
  const at = await begin(server, "/drop/a", "hello", { ...whole, "Content-Digest": await digest("hello") });
  const wrong = await append(server, at, 5, true, " w0rld", { "Content-Digest": await digest(" world") });
  assertEquals(stateOf(wrong), [400, "?0", "5"]);
  assertEquals(stateOf(await ask(server, at)), [204, "?0", "5"]);
  const right = await append(server, at, 5, true, " world", { "Content-Digest": await digest(" world") });
  assertEquals(stateOf(right), [201, "?1", "11"]);
  assertEquals((await send(server, "GET", "/drop/a")).text, "hello world");

  const other = await begin(server, "/drop/b", "hello", whole);
  assertEquals(stateOf(await append(server, other, 5, true, " w0rld")), [400, "?1", "11"]);
  const once = await upload(server, "PUT", "/drop/b", { "Upload-Complete": "?1", ...whole }, "hello w0rld");
  assertEquals(stateOf(once), [400, "?1", "11"]);
  const unreadable = { "Upload-Complete": "?1", "Content-Digest": "sha-256=nonsense" };
  assertEquals((await upload(server, "PUT", "/drop/b", unreadable, "x")).last.status, 400);
  assertEquals((await send(server, "GET", "/drop/b")).status, 404);
});

test("locks: an upload neither begins nor ends against somebody else's, and goes on once that is gone", async () => {
  await using server = await startServer({ config: DAV_CONFIG, files: DAV_FILES });
  const { port } = server;
  Deno.writeTextFileSync(storeOf(server, "store/a"), "old");
  const token = await tokenOf(port, "/dav/a");
  for (const location of ["dav", "drop"]) {
    const refused = await upload(server, "PUT", `/${location}/a`, { "Upload-Complete": "?1" }, "new");
    assertEquals([refused.interim.length, refused.last.status], [0, 423]);
  }
  assertEquals(await unlock(port, "/dav/a", token), 204);
  const at = await begin(server, "/drop/a", "ne");
  const later = await tokenOf(port, "/dav/a");
  assertEquals((await append(server, at, 2, true, "w")).last.status, 423);
  assertEquals(Deno.readTextFileSync(storeOf(server, "store/a")), "old");
  // Who has begun it may look, and give it up, whoever has the lock.
  const offset = Number((await ask(server, at)).last.field("upload-offset"));
  assert(offset === 2 || offset === 3);
  const mine = await append(server, at, offset, true, "new".slice(offset), { If: `(${later})` });
  assertEquals(stateOf(mine), [204, "?1", "3"]);
  assertEquals(Deno.readTextFileSync(storeOf(server, "store/a")), "new");
  const next = await begin(server, "/drop/a", "x", { If: `(${later})` });
  assertEquals((await upload(server, "DELETE", next, {})).last.status, 204);
  assertEquals(filesIn(storeOf(server)).filter((name) => name.includes("partial")), []);
});
