import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreOrigin } from "../../lib/disk/store_origin.ts";
import { HttpError } from "../../lib/http/errors.ts";
import type { NewContent } from "../../lib/http/origin.ts";
import { limitedBody, receiveInto } from "../../lib/store/receive.ts";
import { toText } from "../support/wire.ts";
import { type FakeStore, requestOf, someStore } from "./fakes.ts";

async function all(next: () => Promise<Uint8Array | null>): Promise<string> {
  let text = "";
  for (let piece = await next(); piece !== null; piece = await next()) text += toText(piece);
  return text;
}

/** New content of /store. */
async function contentIn(store: FakeStore): Promise<NewContent> {
  const folder = await new StoreOrigin(store.ports, "/store").folder("");
  assert(typeof folder === "object");
  return await folder.create();
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
    const error = await assertRejects(() => all(limitedBody(request.body, limit)), HttpError);
    assertEquals([error.status, request.reads], [413, Math.floor(limit / 2) + 1]);
  }
});

Deno.test("receiveInto() writes all pieces in their order and ends the file", async () => {
  const store = someStore();
  const content = await contentIn(store);
  await receiveInto(content, limitedBody(requestOf("PUT", {}, ["ab", "", "cd"]).body, Infinity));
  assertEquals([store.open, store.unfinished], [0, 1]);
  await content.commit("x", false);
  assertEquals(store.content("/store/x"), "abcd");
});

Deno.test("receiveInto() hands on what the body throws", async () => {
  const store = someStore();
  const content = await contentIn(store);
  const { body } = requestOf("PUT", {}, ["ab", new HttpError(408, "late")]);
  await assertRejects(() => receiveInto(content, limitedBody(body, Infinity)), HttpError);
  content.discard();
  assertEquals(store.unfinished, 0);
});
