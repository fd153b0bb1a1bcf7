import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
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

const FORM = { "Content-Type": "multipart/form-data; boundary=XX" };
const END = "--XX--\r\n";

const part = (disposition: string, content: string, more = "") =>
  `--XX\r\nContent-Disposition: form-data; name="f"${disposition}\r\n${more}\r\n${content}\r\n`;
const file = (name: string, content: string) => part(`; filename="${name}"`, content);

function postForm(
  store: FakeStore,
  pieces: readonly Piece[],
  other: Partial<TreeTarget> & { readonly fields?: Readonly<Record<string, string>> } = {},
) {
  const { fields = {}, ...target } = other;
  const request = requestOf("POST", { ...FORM, ...fields }, pieces);
  return { request, response: post(request, targetOf(store, "/files/", target)) };
}

Deno.test("a form's file is stored under its base name: 201 with Location and a list", async () => {
  const store = someStore();
  const { response: sent } = postForm(store, [file("C:\\\\photos\\\\\xc3\xbc.png", "pixels") + END]);
  const response = await answerOf(sent);
  assertEquals([response.status, fieldsOf(response).location], [201, "/files/%C3%BC.png"]);
  assertEquals([store.content("/store/\xfc.png"), store.unfinished], ["pixels", 0]);
});

Deno.test("a form's files are all stored, whatever pieces the body comes in", async () => {
  const body = file("a.txt", "one") + part("", "a field, no file") + part('; filename=""', "") +
    file("b.txt", "two\r\n--X\r\n") + END + "epilogue";
  for (const size of [1, 2, 7, 50, body.length]) {
    const store = someStore();
    const pieces = Array.from(
      { length: Math.ceil(body.length / size) },
      (_, i) => body.slice(i * size, (i + 1) * size),
    );
    const { request, response } = postForm(store, pieces);
    const answer = await answerOf(response);
    assertEquals([answer.status, fieldsOf(answer).location], [201, "/files/"]);
    assertEquals(
      (JSON.parse(toText(answer.body as Uint8Array)) as { name: string; size: number }[])
        .map(({ name, size }) => [name, size]),
      [["a.txt", 3], ["b.txt", 10]],
    );
    assertEquals([store.content("/store/a.txt"), store.content("/store/b.txt")], ["one", "two\r\n--X\r\n"]);
    assertEquals([store.names.length, store.unfinished, request.isRead], [5, 0, true]);
    assertEquals(store.mostOpen, 1, "a file that is whole is not kept open");
  }
});

Deno.test("a form without a file is told how one is sent", async () => {
  const error = await assertRejects(
    () => postForm(someStore(), [part("", "text") + END]).response,
    HttpError,
  );
  assertMatch(error.advice ?? "", /-F file=@NAME/);
});

Deno.test("a form from a browser goes back to the folder with 303", async () => {
  const store = someStore();
  const fields = { Accept: "text/html,*/*;q=0.8" };
  const answer = await answerOf(postForm(store, [file("a", "x") + END], { fields }).response);
  assertEquals([answer.status, fieldsOf(answer).location], [303, "/files/"]);
});

for (
  const [what, body, status] of [
    ["without files", part("", "text") + part('; filename=""', "") + END, 400],
    ["without parts", END, 400],
    ["without a final boundary", file("a", "x"), 400],
    ["that is no form at all", "just text", 400],
    ["with a part without a disposition", "--XX\r\n\r\nx\r\n" + END, 400],
    [
      "with a part of another disposition",
      '--XX\r\nContent-Disposition: attachment; filename="a"\r\n\r\nx\r\n' + END,
      400,
    ],
    ["with a name of which nothing is left", file("a", "x") + file("../..", "x") + END, 400],
    ["with a header that breaks the grammar", file("a", "x") + "--XX\r\nA B: c\r\n\r\nx\r\n" + END, 400],
    ["with a part's header that is too long", `--XX\r\nA: ${"x".repeat(9000)}\r\n\r\nx\r\n` + END, 413],
    ["with too many parts", file("a", "x") + part("", "x").repeat(1000) + END, 413],
    ["with a name that exists", file("a", "x") + file("old.txt", "x") + END, 409],
    ["with a name that comes to be one that exists", file("../sub/..old.txt", "x") + END, 409],
    ["with a folder's name", file("a", "x") + file("sub", "x") + END, 409],
    ["with the same name twice", file("a", "x") + file("a", "y") + END, 409],
    ["with the name of a link that leads outside", file("out.txt", "x") + END, 409],
    ["with the name of a link to nothing", file("dangling", "x") + END, 409],
  ] as const
) {
  Deno.test(`a form ${what} is ${status} and stores nothing`, async () => {
    const store = someStore();
    store.files.links.set("/store/out.txt", "/outside/secret.txt");
    store.files.links.set("/store/dangling", "/store/nothing");
    const before = store.names;
    assertEquals(await statusOf(postForm(store, [body]).response), status);
    assertEquals([store.names, store.unfinished, store.open], [before, 0, 0]);
    assertEquals([store.content("/store/old.txt"), store.content("/outside/secret.txt")], ["old", "secret"]);
  });
}

Deno.test("a form replaces files where overwriting is on, but no folder and no link to outside", async () => {
  const store = someStore();
  store.files.links.set("/store/out.txt", "/outside/secret.txt");
  const status = (body: string) => statusOf(postForm(store, [body + END], { overwrite: true }).response);
  assertEquals(await status(file("old.txt", "new") + file("b", "b")), 201);
  assertEquals([store.content("/store/old.txt"), store.content("/store/b")], ["new", "b"]);
  assertEquals(await status(file("b", "c") + file("sub", "x")), 409);
  assertEquals(await status(file("b", "c") + file("out.txt", "x")), 409);
  assertEquals([store.content("/store/b"), store.content("/outside/secret.txt")], ["b", "secret"]);
  assertEquals(store.unfinished, 0);
});

Deno.test("of two files of one name the last one stays where overwriting is on, and is listed once", async () => {
  const store = someStore();
  const body = file("a", "one") + file("a", "three") + END;
  const response = await answerOf(postForm(store, [body], { overwrite: true }).response);
  const list = JSON.parse(toText(response.body as Uint8Array)) as { name: string; size: number }[];
  assertEquals([list.length, list[0]!.size, fieldsOf(response).location], [1, 5, "/files/a"]);
  assertEquals(store.content("/store/a"), "three");
});

Deno.test("If-None-Match: * lets a form store new names only, even where overwriting is on", async () => {
  const store = someStore();
  const options = { overwrite: true, fields: { "If-None-Match": "*" } };
  assertEquals(await statusOf(postForm(store, [file("old.txt", "x") + END], options).response), 412);
  assertEquals(
    await statusOf(postForm(store, [file("a", "x") + file("a", "y") + END], options).response),
    412,
  );
  assertEquals(await statusOf(postForm(store, [file("new.txt", "x") + END], options).response), 201);
  assertEquals([store.content("/store/old.txt"), store.content("/store/new.txt")], ["old", "x"]);
});

Deno.test("a name that is taken while the form comes is 409, and none of its files is stored", async () => {
  const store = someStore();
  const meanwhile = () => store.files.write("/store/b", "theirs");
  const pieces = [file("a", "x"), file("b", "x"), meanwhile, END];
  assertEquals(await statusOf(postForm(store, pieces).response), 409);
  assertEquals([store.content("/store/a"), store.content("/store/b")], [undefined, "theirs"]);
  assertEquals(store.unfinished, 0);
});

Deno.test("a name that another thread takes at the last moment is 409, and none of the files is stored", async () => {
  const store = someStore();
  let commits = 0;
  store.beforeCommit = () => {
    if (++commits === 2) store.files.write("/store/b", "theirs");
  };
  const body = file("a", "x") + file("b", "x") + file("c", "x") + END;
  assertEquals(await statusOf(postForm(store, [body]).response), 409);
  assertEquals([store.content("/store/a"), store.content("/store/b")], [undefined, "theirs"]);
  assertEquals([store.content("/store/c"), store.unfinished], [undefined, 0]);
});

Deno.test("a form over the limit is a 413 and stores nothing, wherever the limit is met", async () => {
  const pieces = [file("a", "x"), file("b", "y".repeat(100)), END, "epilogue"];
  const whole = pieces.join("").length;
  for (const limit of [1, 50, 200, whole - 20, whole - 1]) {
    const store = someStore();
    const before = store.names;
    const error = await assertRejects(() => postForm(store, pieces, { limit }).response, HttpError);
    assertEquals([error.status, store.names, store.unfinished], [413, before, 0]);
  }
  assertEquals(await statusOf(postForm(someStore(), pieces, { limit: whole }).response), 201);
});

Deno.test("a form whose client leaves at any byte, also behind the final boundary, stores nothing", async () => {
  const body = file("a", "x") + file("b", "y") + END;
  for (let length = 0; length <= body.length; length++) {
    const store = someStore();
    const before = store.names;
    const { response } = postForm(store, [body.slice(0, length), new GoneError()].filter((p) => p !== ""));
    await assertRejects(() => response, GoneError);
    assertEquals([store.names, store.unfinished, store.open], [before, 0, 0]);
  }
});

for (const at of ["create", "write", "commit"] as const) {
  for (const nth of [1, 2]) {
    Deno.test(`a form on a disk that is full at ${at} of file ${nth} stores nothing`, async () => {
      const store = someStore();
      const before = store.names;
      store.failure = { at, of: nth, problem: "full" };
      const { response } = postForm(store, [file("a", "x") + file("b", "y") + END]);
      assertEquals((await assertRejects(() => response, FileError)).problem, "full");
      assertEquals([store.names, store.unfinished, store.open], [before, 0, 0]);
    });
  }
}
