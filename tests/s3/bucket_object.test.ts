import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { BodyError, HttpError } from "../../lib/http/errors.ts";
import type { ByteRange } from "../../lib/http/ranges.ts";
import { FileError } from "../../lib/ports.ts";
import { BucketObject } from "../../lib/s3/bucket_object.ts";
import type { BucketOrigin } from "../../lib/s3/bucket_origin.ts";
import { fileResponse } from "../../lib/files/file_response.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Request } from "../../lib/http/message.ts";
import { FileLabels } from "../../lib/site/file_labels.ts";
import { settle } from "../support/fakes.ts";
import { makeView, readAll, readText } from "./view.ts";

const MiB = 1024 * 1024;

async function objectAt(origin: BucketOrigin, path: string): Promise<BucketObject> {
  const found = await origin.find(path);
  assert(found instanceof BucketObject);
  return found;
}

function whole({ size }: BucketObject): ByteRange[] {
  return [{ start: 0, end: size }];
}

/** Bytes that tell where they stand. */
function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % 256);
}

async function isChanged(act: () => unknown): Promise<void> {
  const error = await assertRejects(async () => await act(), FileError);
  assertEquals(error.problem, "changed");
}

Deno.test("an object tells what was stored with it", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.html.gz", "x", {
    etag: '"abc"',
    modified: Date.UTC(1994, 10, 6, 8, 49, 37),
    contentType: "text/html; charset=utf-8",
    fields: [
      ["Cache-Control", "max-age=60"],
      ["Content-Encoding", "aws-chunked,gzip"],
      ["Content-Language", "de"],
      ["Content-Disposition", "attachment"],
      ["Set-Cookie", "x=y"],
      ["Content-Language", "a\r\nX: y"],
    ],
  });
  const object = await objectAt(origin(), "/a.html.gz");
  assertEquals(object.path, "s3://media/films/a.html.gz");
  const validators = [
    ["Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"],
    ["ETag", '"abc"'],
    ["Accept-Ranges", "bytes"],
    ["Cache-Control", "max-age=60"],
  ];
  assertEquals([...object.validators].map((field) => [...field]), validators);
  assertEquals([...object.fields].map((field) => [...field]), [
    ["Content-Type", "text/html; charset=utf-8"],
    ...validators,
    ["Content-Encoding", "gzip"],
    ["Content-Language", "de"],
    ["Content-Disposition", "attachment"],
  ]);
});

Deno.test("without words of its own an object is asked for anew each time, and has no coding", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.txt", "x", { fields: [["content-encoding", "aws-chunked"], ["cache-control", ""]] });
  const object = await objectAt(origin(), "/a.txt");
  assertEquals(object.validators.get("cache-control"), "no-cache");
  assertEquals(object.fields.has("content-encoding"), false);
});

const PNG = new Uint8Array([
  0x89,
  0x50,
  0x4e,
  0x47,
  0x0d,
  0x0a,
  0x1a,
  0x0a,
  0,
  0,
  0,
  13,
  0x49,
  0x48,
  0x44,
  0x52,
]);

const TYPES: readonly [
  key: string,
  stored: string | undefined,
  content: string | Uint8Array,
  type: string,
][] = [
  ["a.png", "image/webp", "x", "image/webp"],
  ["a", "Text/Plain; charset=ISO-8859-1", "x", "Text/Plain; charset=ISO-8859-1"],
  ["a.png", undefined, "x", "image/png"],
  ["a.png", "", "x", "image/png"],
  ["a.png", "binary/octet-stream", "x", "image/png"],
  ["a.png", "Application/Octet-Stream", "x", "image/png"],
  ["a.png", "application/octet-stream; charset=utf-8", "x", "image/png"],
  ["a.png", "application/x-www-form-urlencoded", "x", "image/png"],
  ["a.png", "text/html\r\nX: y", "x", "image/png"],
  ["notes", undefined, "text", "text/plain; charset=utf-8"],
  ["notes", "binary/octet-stream", new Uint8Array([0, 1, 2, 255]), "application/octet-stream"],
  ["empty", undefined, "", "text/plain; charset=utf-8"],
];

for (const [key, contentType, content, type] of TYPES) {
  Deno.test(`${key} stored as ${JSON.stringify(contentType)} is ${type}`, async () => {
    const { storage, origin } = makeView();
    storage.store(`films/${key}`, content, { contentType });
    assertEquals((await objectAt(origin(), `/${key}`)).contentType, type);
  });
}

Deno.test("a type that only the content tells costs one request, until the object is another", async () => {
  for (const [size, range, after] of [[100, undefined, 1], [MiB, { start: 0, end: 512 }, 2]] as const) {
    const { storage, origin, clock } = makeView();
    storage.store("films/notes", new Uint8Array(size).fill(65));
    const object = await objectAt(origin(), "/notes");
    assertEquals(object.contentType, "text/plain; charset=utf-8");
    assertEquals(storage.ranges, [range]);
    await clock.advance(1001);
    assertStrictEquals(await objectAt(origin(), "/notes"), object);
    assertEquals([storage.count("head"), storage.count("get")], [2, 1]);
    // What was read for the type serves a small object.
    await readAll(await object.open(whole(object)));
    assertEquals(storage.count("get"), after);
    storage.store("films/notes", PNG);
    await clock.advance(1001);
    assert((await objectAt(origin(), "/notes")).contentType !== object.contentType);
    assertEquals(storage.open, 0);
  }
});

Deno.test("an object that changes while its type is looked for is looked at again", async () => {
  const { storage, origin } = makeView();
  storage.store("films/notes", "one");
  storage.before = (call) => {
    if (call !== "get") return;
    storage.before = () => {};
    storage.store("films/notes", "another");
  };
  const object = await objectAt(origin(), "/notes");
  assertEquals(object.size, 7);
  storage.before = (call) => {
    if (call === "get") storage.store("films/other", "x");
  };
  storage.store("films/other", "x");
  await isChanged(() => origin().find("/other"));
});

Deno.test("a small object is fetched once for all who ask, and kept", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.txt", "content");
  const place = origin(), object = await objectAt(place, "/a.txt");
  assertEquals(object.content(), undefined);
  const { promise, resolve } = Promise.withResolvers<void>();
  storage.before = () => promise;
  const opened = [1, 2, 3].map(async () => await readText(await object.open(whole(object)), 3));
  resolve();
  assertEquals(await Promise.all(opened), ["content", "content", "content"]);
  assertEquals(new TextDecoder().decode(object.content()), "content");
  assertEquals(await readText(await object.open([{ start: 1, end: 3 }, { start: 5, end: 7 }]), 1), "onnt");
  assertEquals([storage.count("get"), storage.open], [1, 0]);
});

Deno.test("what a look has confirmed is used again, and what has another tag is not", async () => {
  const { storage, origin, clock } = makeView();
  storage.store("films/a.txt", "one");
  const first = await objectAt(origin(), "/a.txt");
  await readAll(await first.open(whole(first)));
  await clock.advance(1001);
  storage.store("films/a.txt", "two");
  const second = await objectAt(origin(), "/a.txt");
  assertEquals(second.content(), undefined);
  assertEquals(await readText(await second.open(whole(second))), "two");
  assertEquals(storage.count("get"), 2);
});

Deno.test("an empty object is at hand", async () => {
  const { storage, origin } = makeView();
  storage.store("films/empty.txt", "");
  const object = await objectAt(origin(), "/empty.txt");
  assertEquals(object.content(), new Uint8Array());
  assertEquals(await readText(await object.open(whole(object))), "");
  assertEquals(storage.count("get"), 0);
});

Deno.test("a large object is read piece by piece, and not kept", async () => {
  const { storage, origin } = makeView();
  const content = bytes(MiB);
  storage.store("films/a.mp4", content);
  const object = await objectAt(origin(), "/a.mp4"), source = await object.open(whole(object));
  assertEquals([source.length, source.prompt, storage.open], [MiB, false, 1]);
  assertEquals(await readAll(source, 300_000), content);
  assertEquals([object.content(), storage.open], [undefined, 0]);
  assertEquals(storage.ranges, [undefined]);
});

Deno.test("several ranges are one request after another, each opened when the one before is read through", async () => {
  const { storage, origin } = makeView(), content = bytes(MiB);
  storage.store("films/a.mp4", content);
  const object = await objectAt(origin(), "/a.mp4");
  const ranges = [{ start: 10, end: 20 }, { start: 900_000, end: 900_005 }, { start: 0, end: 1 }];
  const source = await object.open(ranges), buffer = new Uint8Array(100);
  assertEquals([source.length, storage.ranges.length], [16, 1]);
  assertEquals(await source.read(buffer.subarray(0, 6)), 6);
  assertEquals(await source.read(buffer), 4);
  assertEquals([storage.ranges.length, storage.open], [1, 0]);
  assertEquals(await source.read(buffer), 5);
  assertEquals(buffer.slice(0, 5), content.slice(900_000, 900_005));
  assertEquals(await source.read(buffer), 1);
  assertEquals(await source.read(buffer), null);
  assertEquals(storage.ranges, ranges);
  source.close();
  assertEquals(storage.open, 0);
});

Deno.test("close() ends the request that is under way, also one that is still to be opened", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.mp4", bytes(MiB));
  const object = await objectAt(origin(), "/a.mp4"), buffer = new Uint8Array(100);
  const first = await object.open([{ start: 0, end: 1000 }]);
  await first.read(buffer);
  assertEquals(storage.open, 1);
  first.close();
  first.close();
  assertEquals([storage.open, await first.read(buffer)], [0, null]);

  const second = await object.open([{ start: 0, end: 10 }, { start: 20, end: 30 }]);
  await second.read(buffer);
  const { promise, resolve } = Promise.withResolvers<void>();
  storage.before = () => promise;
  const read = second.read(buffer);
  second.close();
  resolve();
  assertEquals([await read, storage.open], [null, 0]);
});

Deno.test("an object that is another or gone by now is changed, and looked at anew", async () => {
  for (const size of [10, MiB]) {
    const { storage, origin } = makeView(), place = origin();
    storage.store("films/a.mp4", bytes(size));
    const object = await objectAt(place, "/a.mp4");
    storage.store("films/a.mp4", bytes(size + 1));
    await isChanged(() => object.open([{ start: 0, end: 5 }]));
    const again = await objectAt(place, "/a.mp4");
    assertEquals(again.size, size + 1);
    storage.objects.delete("films/a.mp4");
    await isChanged(() => again.open(whole(again)));
    assertEquals(await place.find("/a.mp4"), undefined);
    assertEquals(storage.open, 0);
  }
});

Deno.test("an object that changes between two ranges ends the body", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.mp4", bytes(MiB));
  const object = await objectAt(origin(), "/a.mp4");
  const source = await object.open([{ start: 0, end: 10 }, { start: 20, end: 30 }]);
  storage.store("films/a.mp4", bytes(MiB));
  await assertRejects(() => readAll(source), BodyError, "changed");
  assertEquals(storage.open, 0);
});

Deno.test("content that is cut short, or longer than it was asked for, is no content", async () => {
  const { storage } = makeView(), get = storage.get.bind(storage);
  const cases: readonly [size: number, length: number | undefined][] = [[100, 99], [100, undefined], [
    MiB,
    99,
  ], [MiB, undefined]];
  for (const [size, length] of cases) {
    storage.store("films/a.mp4", bytes(size));
    storage.get = async (key, etag, range, timeouts) => {
      const source = await get(key, etag, { start: 0, end: range?.end ?? size - 1 }, timeouts);
      return { length, prompt: false, read: (buffer) => source.read(buffer), close: () => source.close() };
    };
    const object = await objectAt(makeView({ storage }).origin(), "/a.mp4");
    const isLate = size === MiB && length === undefined;
    const error = await assertRejects(async () => await readAll(await object.open(whole(object))));
    assert(
      isLate ? error instanceof BodyError : error instanceof HttpError && error.status === 502,
      String(error),
    );
    assertEquals([object.content(), storage.open], [undefined, 0]);
  }
  // One that sends more than the range that it was asked for.
  storage.get = async (key, etag, _, timeouts) => {
    const source = await get(key, etag, undefined, timeouts);
    return {
      length: undefined,
      prompt: false,
      read: (buffer) => source.read(buffer),
      close: () => source.close(),
    };
  };
  const object = await objectAt(makeView({ storage }).origin(), "/a.mp4");
  assertEquals((await readAll(await object.open([{ start: 0, end: 7 }]))).length, 7);
  assertEquals(storage.open, 0);
});

Deno.test("what fails while a small object is fetched is told to all who wait, and tried again by the next", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.txt", "content");
  const object = await objectAt(origin(), "/a.txt");
  storage.before = () => {
    throw new HttpError(504, "slow");
  };
  const results = await Promise.allSettled([1, 2].map(async () => await object.open(whole(object))));
  assertEquals(results.map(({ status }) => status), ["rejected", "rejected"]);
  assertEquals(storage.count("get"), 1);
  storage.before = () => {};
  assertEquals(await readText(await object.open(whole(object))), "content");
});

Deno.test("contents are kept within their room, those that are asked for longest", async () => {
  const { storage, origin } = makeView({ room: 100_000 }), place = origin();
  const read = async (path: string) => {
    const object = await objectAt(place, path);
    await readAll(await object.open(whole(object)));
    return object;
  };
  for (let i = 0; i < 30; i++) storage.store(`films/${i}.txt`, bytes(10_000));
  storage.store("films/large.txt", bytes(12_501));
  const large = await read("/large.txt");
  assertEquals(large.content(), undefined);
  const kept: BucketObject[] = [];
  for (let i = 0; i < 30; i++) {
    kept.push(await read(`/${i}.txt`));
    assert(kept[0]!.content() !== undefined, `the first is asked for all the time, also after ${i}`);
  }
  const there = kept.filter((object) => object.content() !== undefined).length;
  assert(there >= 5 && there < 10, `${there} are kept`);
});

Deno.test("with no room nothing is kept", async () => {
  const { storage, origin } = makeView({ room: 0 });
  storage.store("films/a.txt", "content");
  const object = await objectAt(origin(), "/a.txt");
  for (let i = 0; i < 2; i++) assertEquals(await readText(await object.open(whole(object))), "content");
  assertEquals([storage.count("get"), storage.open], [2, 0]);
});

Deno.test("what is made of an object is made once, and kept for its tag", async () => {
  const { storage, origin, clock } = makeView();
  storage.store("films/a.txt", "content");
  const object = await objectAt(origin(), "/a.txt"),
    { promise, resolve } = Promise.withResolvers<Uint8Array>();
  let made = 0;
  const make = () => (made++, promise);
  const both = [object.derive("gzip", make), object.derive("gzip", make)];
  resolve(bytes(3));
  assertStrictEquals(await both[0], await both[1]);
  assertEquals([made, object.derived("gzip"), object.derived("br")], [1, bytes(3), undefined]);
  await assertRejects(
    () => object.derive("br", () => Promise.reject(new BodyError("cut"))),
    HttpError,
    "cut",
  );
  await clock.advance(1001);
  storage.store("films/a.txt", "another");
  assertEquals((await objectAt(origin(), "/a.txt")).derived("gzip"), undefined);
  await settle();
});

Deno.test("a location's labels keep what was stored with an object", async () => {
  const { storage, origin } = makeView();
  storage.store("films/a.glb", "x", {
    contentType: "text/plain",
    fields: [["Cache-Control", "max-age=60"], ["Content-Encoding", "gzip"]],
  });
  const object = await objectAt(origin(), "/a.glb"), of = { types: {}, defaultType: undefined };
  for (
    const [value, cacheControl] of [["no-cache", "max-age=60"], ["max-age=5", "max-age=5"], [
      "",
      undefined,
    ]] as const
  ) {
    const labels = FileLabels.of(
      { ...of, types: { ".glb": "model/x" }, cacheControl: [["*", value]] } as never,
    )!;
    const { fields, validators } = labels.labelsOf(object, "/a.glb");
    assertEquals(fields.joined("content-type"), "model/x");
    assertEquals(fields.joined("content-encoding"), "gzip");
    assertEquals([fields.joined("cache-control"), validators.joined("cache-control")], [
      cacheControl,
      cacheControl,
    ]);
  }
});

const RESPONSES: readonly [
  name: string,
  method: string,
  fields: readonly (readonly [string, string])[],
  status: number,
  gets: number,
][] = [
  ["GET", "GET", [], 200, 1],
  ["HEAD", "HEAD", [], 200, 0],
  ["GET of a range", "GET", [["Range", "bytes=0-9"]], 206, 1],
  ["GET of what lies behind the end", "GET", [["Range", "bytes=99999999-"]], 416, 0],
  ["GET of what is known", "GET", [["If-None-Match", '"abc"']], 304, 0],
  [
    "GET of what has not been modified",
    "GET",
    [["If-Modified-Since", "Sun, 22 Nov 2026 18:43:45 GMT"]],
    304,
    0,
  ],
  ["GET of what has to be another", "GET", [["If-Match", '"x"']], 412, 0],
];

for (const [name, method, fields, status, gets] of RESPONSES) {
  Deno.test(`${name} is answered ${status} with ${gets} requests for content`, async () => {
    const { storage, origin, clock } = makeView();
    storage.store("films/a.mp4", bytes(MiB), { etag: '"abc"' });
    const request = { method, fields: FieldBlock.of(...fields) } as unknown as Request;
    const response = await fileResponse(request, await objectAt(origin(), "/a.mp4"), clock);
    assertEquals(response.status, status);
    assertEquals(storage.count("get"), gets);
    if (response instanceof HttpError || response.body === undefined) return;
    assert(!(response.body instanceof Uint8Array));
    assertEquals(response.body.length, status === 200 ? MiB : 10);
    response.body.close();
    assertEquals(storage.open, 0);
  });
}
