import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import type { Response } from "../../lib/http/message.ts";
import { FileError } from "../../lib/ports.ts";
import { post } from "../../lib/store/post.ts";
import type { TreeTarget } from "../../lib/store/target.ts";
import { toText } from "../support/wire.ts";
import {
  answerOf,
  type FakeStore,
  fieldsOf,
  type Piece,
  requestOf,
  someStore,
  statusOf,
  targetOf,
} from "./fakes.ts";

function postTo(
  store: FakeStore,
  path: string,
  fields: Readonly<Record<string, string>>,
  pieces: readonly Piece[],
  other: Partial<TreeTarget> = {},
) {
  const request = requestOf("POST", fields, pieces);
  return { request, response: post(request, targetOf(store, path, other)) };
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly modified: string;
}

function listOf({ body }: Response): Entry[] {
  assert(body instanceof Uint8Array);
  return JSON.parse(toText(body));
}

Deno.test("post() of any body stores it under a new name with the extension of its type", async () => {
  for (
    const [type, extension] of [
      ["image/png", "\\.png"],
      ["Text/HTML; charset=utf-8", "\\.html"],
      ["application/json", "\\.json"],
      ["application/x-nobody-knows", ""],
      ["multipart/mixed; boundary=x", ""],
      ["multipart/form-data-like; boundary=x", ""],
      [undefined, ""],
    ] as const
  ) {
    const store = someStore();
    const fields = type === undefined ? {} : { "Content-Type": type };
    const response = await answerOf(postTo(store, "/files/", fields, ["any", "thing"]).response);
    assertEquals(response.status, 201);
    const { location, "content-type": contentType } = fieldsOf(response);
    assertEquals(contentType, "application/json");
    assertMatch(location!, new RegExp(`^/files/upload-[0-9a-f]{8}${extension}$`));
    const [entry, ...rest] = listOf(response);
    assertEquals([entry!.type, entry!.size, rest], ["file", 8, []]);
    assertEquals(`/files/${entry!.name}`, location);
    assertEquals(new Date(entry!.modified).toISOString(), entry!.modified);
    assertEquals(store.content(`/store/${entry!.name}`), "anything");
    assertEquals([store.unfinished, store.open], [0, 0]);
  }
});

Deno.test("post() of the same body twice stores two files", async () => {
  const store = someStore();
  for (let i = 0; i < 2; i++) {
    const { response } = postTo(store, "/files/sub", { "Content-Type": "text/plain" }, ["x"], {
      overwrite: true,
    });
    const answer = await answerOf(response);
    assertEquals(answer.status, 201);
    assertMatch(fieldsOf(answer).location!, /^\/files\/sub\/upload-/);
  }
  assertEquals(store.names.length, 5);
});

Deno.test("post() of any body never replaces a file, not even where overwriting is on", async () => {
  const store = someStore();
  store.beforeCommit = () => {
    // As if chance had made a name that is taken.
    store.beforeCommit = () => {};
    const commit = store.files.nodes;
    const has = commit.has.bind(commit);
    commit.has = (path) => path.includes("upload-") || has(path);
  };
  const { response } = postTo(store, "/files/", {}, ["x"], { overwrite: true });
  assertEquals(await statusOf(response), 409);
  assertEquals(store.unfinished, 0);
});

Deno.test("post() answers 303 back to the folder where the client prefers HTML", async () => {
  for (
    const [accept, status] of [
      ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 303],
      ["text/html", 303],
      ["application/json", 201],
      ["*/*", 201],
      ["application/json, text/html;q=0.9", 201],
    ] as const
  ) {
    const store = someStore();
    for (const path of ["/files/sub/", "/files/sub"]) {
      const response = await answerOf(postTo(store, path, { Accept: accept }, ["x"]).response);
      assertEquals(response.status, status);
      if (status !== 303) continue;
      assertEquals([fieldsOf(response), response.body], [{ location: "/files/sub/" }, undefined]);
    }
  }
});

for (
  const [what, status, path, fields] of [
    ["to a folder that is missing", 409, "/files/missing/", {}],
    ["to a file", 409, "/files/old.txt", {}],
    ["to a link to nothing", 409, "/files/dangling", {}],
    ["to a link to a folder outside", 404, "/files/out/", {}],
    ["of a form without a boundary", 400, "/files/", { "Content-Type": "multipart/form-data" }],
    ["of a form with an unfit boundary", 400, "/files/", {
      "Content-Type": 'multipart/form-data; boundary="a\u00e4"',
    }],
    ["with If-Match, since a folder has no tag", 412, "/files/", { "If-Match": '"x"' }],
    ["with a malformed If-None-Match", 412, "/files/", { "If-None-Match": "x" }],
  ] as const
) {
  Deno.test(`post() ${what} is ${status}, reads nothing and stores nothing`, async () => {
    const store = someStore();
    store.files.links.set("/store/out", "/outside");
    store.files.links.set("/store/dangling", "/store/nothing");
    const before = store.names;
    const { request, response } = postTo(store, path, fields as Record<string, string>, ["x"]);
    assertEquals(await statusOf(response), status);
    assertEquals([store.names, store.unfinished, request.reads], [before, 0, 0]);
  });
}

for (
  const [what, error] of [
    ["the client leaves", new GoneError()],
    ["the body stalls", new HttpError(408, "late")],
  ] as const
) {
  Deno.test(`post() of any body leaves nothing if ${what}`, async () => {
    const store = someStore();
    const before = store.names;
    assertEquals(await assertRejects(() => postTo(store, "/files/", {}, ["x", error]).response), error);
    assertEquals([store.names, store.unfinished, store.open], [before, 0, 0]);
  });
}

Deno.test("post() of any body over the limit is a 413 and leaves nothing", async () => {
  const store = someStore();
  const { response } = postTo(store, "/files/", {}, ["123", "456"], { limit: 5 });
  assertEquals((await assertRejects(() => response, HttpError)).status, 413);
  assertEquals(store.unfinished, 0);
});

for (const at of ["create", "write", "commit"] as const) {
  Deno.test(`post() of any body on a disk that is full at ${at} says so and leaves nothing`, async () => {
    const store = someStore();
    const before = store.names;
    store.failure = { at, of: 1, problem: "full" };
    const { response } = postTo(store, "/files/", {}, ["x"]);
    assertEquals((await assertRejects(() => response, FileError)).problem, "full");
    assertEquals([store.names, store.unfinished, store.open], [before, 0, 0]);
  });
}
