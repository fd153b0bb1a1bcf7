import { assertEquals, assertRejects } from "@std/assert";
import { PeerError } from "../../lib/http1/peer_error.ts";
import { limitedBody, receiveInto } from "../../lib/store/receive.ts";
import { toText } from "../support/wire.ts";
import { FakeStore, requestOf, someStore } from "./fakes.ts";

async function all(next: () => Promise<Uint8Array | null>): Promise<string> {
  let text = "";
  for (let piece = await next(); piece !== null; piece = await next()) text += toText(piece);
  return text;
}

Deno.test("limitedBody() gives every piece up to the limit", async () => {
  for (const limit of [6, 7, Infinity]) {
    const { body } = requestOf("PUT", {}, ["ab", "cd", "ef"]);
    assertEquals(await all(limitedBody(body, limit)), "abcdef");
  }
  assertEquals(await all(limitedBody(requestOf("PUT").body, 0)), "");
});

Deno.test("limitedBody() refuses with 413 the piece that goes over the limit, and does not read on", async () => {
  for (const limit of [0, 1, 4, 5]) {
    const request = requestOf("PUT", {}, ["ab", "cd", "ef", "gh"]);
    const error = await assertRejects(() => all(limitedBody(request.body, limit)), PeerError);
    assertEquals([error.status, request.reads], [413, Math.floor(limit / 2) + 1]);
  }
});

Deno.test("receiveInto() writes all pieces in their order and ends the file", async () => {
  const store = someStore();
  const file = store.create("/store");
  await receiveInto(file, limitedBody(requestOf("PUT", {}, ["ab", "", "cd"]).body, Infinity));
  assertEquals([file.size, store.open, store.unfinished], [4, 0, 1]);
  file.commit("/store/x", false);
  assertEquals(store.content("/store/x"), "abcd");
});

Deno.test("receiveInto() hands on what the body throws", async () => {
  const store: FakeStore = someStore();
  const file = store.create("/store");
  const { body } = requestOf("PUT", {}, ["ab", new PeerError(408, "late")]);
  await assertRejects(() => receiveInto(file, limitedBody(body, Infinity)), PeerError);
  file.discard();
  assertEquals(store.unfinished, 0);
});
