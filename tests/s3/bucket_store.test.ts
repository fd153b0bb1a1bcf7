import { assertEquals, assertRejects } from "@std/assert";
import { HttpError, httpErrorOf } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Request, Response } from "../../lib/http/message.ts";
import { FileError } from "../../lib/ports.ts";
import { gatheredSize, PART, partSize } from "../../lib/s3/bucket_content.ts";
import { BucketStore } from "../../lib/s3/bucket_store.ts";
import { BufferBudget } from "../../lib/s3/buffer_budget.ts";
import type { Call } from "../support/memory_storage.ts";
import { MemoryStorage } from "../support/memory_storage.ts";
import { Uploading } from "../../lib/s3/uploading.ts";
import { post } from "../../lib/store/post.ts";
import { put } from "../../lib/store/put.ts";
import { remove } from "../../lib/store/remove.ts";
import type { StoreTarget } from "../../lib/store/target.ts";
import { FakeClock } from "../support/fakes.ts";
import { requestOf } from "../store/fakes.ts";

const TIMEOUTS = { connect: 1000, read: 1000 };

class World {
  readonly storage = new MemoryStorage();
  readonly clock = new FakeClock();
  readonly changed: string[] = [];
  readonly uploading: Uploading;
  readonly store: BucketStore;

  constructor(most = 64 * 1024 * 1024, prefix = "inbox") {
    this.uploading = new Uploading(this.clock, new BufferBudget(this.clock, most));
    this.store = new BucketStore({
      storage: this.storage,
      timeouts: TIMEOUTS,
      uploading: this.uploading,
      changed: (key) => this.changed.push(key),
      bucket: "s3://media",
    }, prefix);
  }

  target(place: string, other: Partial<StoreTarget> = {}): StoreTarget {
    return {
      path: `/in${place}`,
      store: this.store,
      place: place.replace(/\/$/, ""),
      limit: Infinity,
      overwrite: false,
      clock: this.clock,
      ...other,
    };
  }

  text(key: string): string | undefined {
    const object = this.storage.objects.get(key);
    return object && new TextDecoder().decode(object.content);
  }

  /** Nothing of an upload is left anywhere. */
  async left(): Promise<unknown> {
    await this.uploading.settled();
    return {
      uploads: this.storage.uploads.size,
      held: this.uploading.budget.most - this.uploading.budget.left,
    };
  }
}

const NOTHING = { uploads: 0, held: 0 };

/** A request whose body comes in pieces, announced or not; an error in their place is thrown. */
function sends(
  method: string,
  pieces: readonly (Uint8Array | Error)[],
  { fields = {}, announced = true }: { fields?: Record<string, string>; announced?: boolean } = {},
): Request {
  const rest = [...pieces];
  const length = pieces.reduce((sum, piece) => sum + (piece instanceof Error ? 1 : piece.length), 0);
  return {
    ...requestOf(method, fields),
    fields: FieldBlock.of(...Object.entries(fields)),
    body: {
      length: announced ? length : undefined,
      read: () => {
        const piece = rest.shift();
        return piece instanceof Error ? Promise.reject(piece) : Promise.resolve(piece ?? null);
      },
    },
  };
}

/** Bytes that differ, in pieces that are reused as those of a connection are. */
function* someBytes(count: number): Generator<Uint8Array> {
  for (let at = 0; at < count; at += 1_000_003) {
    const piece = new Uint8Array(Math.min(1_000_003, count - at));
    for (let i = 0; i < piece.length; i += 997) piece[i] = (at + i) % 251;
    yield piece;
  }
}

function isSame(content: Uint8Array | undefined, count: number): boolean {
  if (content?.length !== count) return false;
  let at = 0;
  for (const piece of someBytes(count)) {
    for (let i = 0; i < piece.length; i += 997) if (content[at + i] !== piece[i]) return false;
    at += piece.length;
  }
  return true;
}

async function statusOf(outcome: Promise<Response | HttpError>): Promise<number> {
  try {
    return (await outcome).status;
  } catch (error) {
    return httpErrorOf(error).status;
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

for (
  const [what, count, announced, calls] of [
    ["nothing", 0, true, { put: 1, beginParts: 0, putPart: 0 }],
    ["nothing, unannounced", 0, false, { put: 1, beginParts: 0, putPart: 0 }],
    ["a little", 10, true, { put: 1, beginParts: 0, putPart: 0 }],
    ["exactly 8 MiB", PART, true, { put: 1, beginParts: 0, putPart: 0 }],
    ["exactly 8 MiB, unannounced", PART, false, { put: 1, beginParts: 0, putPart: 0 }],
    ["a byte more", PART + 1, true, { put: 0, beginParts: 1, putPart: 2 }],
    ["a byte more, unannounced", PART + 1, false, { put: 0, beginParts: 1, putPart: 2 }],
    ["two parts", 2 * PART, true, { put: 0, beginParts: 1, putPart: 2 }],
    ["two parts, unannounced", 2 * PART, false, { put: 0, beginParts: 1, putPart: 2 }],
  ] as const
) {
  Deno.test(`a PUT of ${what} is stored whole`, async () => {
    const world = new World(), { storage } = world;
    const request = sends("PUT", [...someBytes(count)], {
      announced,
      fields: { "Content-Type": "video/mp4" },
    });
    const answer = await put(request, world.target("/new/a.mp4"));
    const object = storage.objects.get("inbox/new/a.mp4");
    assertEquals(answer.status, 201);
    assertEquals(answer.fields.get("location"), "/in/new/a.mp4");
    assertEquals(answer.fields.get("etag"), object?.etag);
    assertEquals([isSame(object?.content, count), object?.contentType], [true, "video/mp4"]);
    for (const [call, times] of Object.entries(calls)) assertEquals(storage.count(call as Call), times, call);
    assertEquals([await world.left(), world.changed], [NOTHING, ["inbox/new/a.mp4"]]);
  });
}

const LARGE = 2 * PART + 5;

for (
  const [call, announced, count] of [
    ["put", true, 10],
    ["beginParts", true, LARGE],
    ["beginParts", false, LARGE],
    ["putPart", true, LARGE],
    ["putPart", false, LARGE],
    ["completeParts", true, LARGE],
    ["completeParts", false, LARGE],
  ] as const
) {
  for (const at of call === "putPart" ? [1, 2, 3] : [1]) {
    Deno.test(`a storage that fails at ${call} ${at}${announced ? "" : ", unannounced"}: 502, and nothing is left`, async () => {
      const world = new World();
      let times = 0;
      world.storage.before = (now) => {
        if (now === call && ++times === at) throw new HttpError(502, "the storage is gone");
      };
      const request = sends("PUT", [...someBytes(count)], { announced });
      assertEquals(await statusOf(put(request, world.target("/a"))), 502);
      assertEquals([await world.left(), world.storage.objects.size], [NOTHING, 0]);
    });
  }
}

for (const announced of [true, false]) {
  for (const [what, error, status] of [["leaves", new HttpError(400, "gone"), 400]] as const) {
    Deno.test(`a client that ${what} in mid-part${announced ? "" : ", unannounced"}: its parts are given up`, async () => {
      const world = new World(), order: string[] = [];
      world.storage.before = (call) => void order.push(call);
      const request = sends("PUT", [...someBytes(PART + 3_000_000), error], { announced });
      assertEquals(await statusOf(put(request, world.target("/a"))), status);
      assertEquals([await world.left(), world.storage.objects.size], [NOTHING, 0]);
      assertEquals(order.at(-1), "abortParts");
    });
  }
}

Deno.test("a body over the limit is 413 in mid-stream, and nothing is left", async () => {
  const world = new World();
  const request = sends("PUT", [...someBytes(LARGE)], { announced: false });
  assertEquals(await statusOf(put(request, world.target("/a", { limit: PART + 100 }))), 413);
  assertEquals([await world.left(), world.storage.objects.size], [NOTHING, 0]);
});

for (const count of [10, LARGE]) {
  Deno.test(`content of ${count} bytes that is not what its digest says is 400, and nothing is left`, async () => {
    const world = new World();
    const fields = { "Content-Digest": `sha-256=:${"A".repeat(43)}=:` };
    assertEquals(
      await statusOf(put(sends("PUT", [...someBytes(count)], { fields }), world.target("/a"))),
      400,
    );
    assertEquals([await world.left(), world.storage.objects.size], [NOTHING, 0]);
  });

  Deno.test(`of two who store what must be new one has it (${count} bytes)`, async () => {
    const world = new World();
    const one = () =>
      statusOf(
        put(sends("PUT", [...someBytes(count)], { fields: { "If-None-Match": "*" } }), world.target("/a")),
      );
    assertEquals((await Promise.all([one(), one()])).sort(), [201, 412]);
    assertEquals(await world.left(), NOTHING);
  });

  Deno.test(`If-Match holds until the name is given (${count} bytes)`, async () => {
    const world = new World(), { etag } = world.storage.store("inbox/a", "old");
    world.storage.before = (call) => {
      if (call === "put" || call === "completeParts") world.storage.store("inbox/a", "another's");
    };
    const one = (tag: string) =>
      statusOf(put(sends("PUT", [...someBytes(count)], { fields: { "If-Match": tag } }), world.target("/a")));
    assertEquals([await one(etag), world.text("inbox/a")], [412, "another's"]);
    assertEquals([await one("*"), world.storage.objects.get("inbox/a")?.size], [204, count]);
    world.storage.before = () => {};
    assertEquals([await one(etag), await one(world.storage.objects.get("inbox/a")!.etag)], [412, 204]);
    assertEquals(await world.left(), NOTHING);
  });

  Deno.test(`without conditions the last one wins (${count} bytes)`, async () => {
    const world = new World();
    const one = () => statusOf(put(sends("PUT", [...someBytes(count)]), world.target("/a")));
    const both = await Promise.all([one(), one()]);
    assertEquals(both.every((status) => status === 201 || status === 204), true);
  });
}

for (
  const [what, place, keys, status, left] of [
    ["an object", "/a", ["inbox/a", "inbox/a/b"], 204, ["inbox/a/b"]],
    ["what is not there", "/a", ["inbox/ab"], 404, ["inbox/ab"]],
    ["a folder with content", "/a", ["inbox/a/b"], 409, ["inbox/a/b"]],
    ["a folder with content and a marker", "/a/", ["inbox/a/", "inbox/a/b"], 409, ["inbox/a/", "inbox/a/b"]],
    ["a folder that is only its marker", "/a/", ["inbox/a/", "inbox/ab"], 204, ["inbox/ab"]],
    ["an object by a folder's path", "/a/", ["inbox/a"], 404, ["inbox/a"]],
    ["a hidden object", "/b/.a", ["inbox/b/.a"], 404, ["inbox/b/.a"]],
    ["what is in a hidden folder", "/.git/a", ["inbox/.git/a"], 404, ["inbox/.git/a"]],
    ["the store itself", "", ["inbox/a"], 409, ["inbox/a"]],
  ] as const
) {
  Deno.test(`DELETE of ${what} is ${status}`, async () => {
    const world = new World();
    for (const key of keys) world.storage.store(key, "x");
    assertEquals(await statusOf(remove(requestOf("DELETE"), world.target(place))), status);
    assertEquals<readonly string[]>([...world.storage.objects.keys()], left);
    assertEquals(world.changed.length, status === 204 ? 1 : 0);
  });
}

Deno.test("trees are not removed, whatever is asked for", async () => {
  const world = new World();
  world.storage.store("inbox/a/b", "x");
  const request = requestOf("DELETE", { Depth: "infinity" });
  assertEquals(await statusOf(remove(request, world.target("/a", { removesTrees: true }))), 409);
  assertEquals(world.storage.objects.size, 1);
});

for (
  const [place, keys, status] of [
    ["/a/b", ["inbox/a"], 201],
    ["/a", ["inbox/a/b"], 409],
    ["/a/", [], 409],
    ["/b/.hidden", [], 404],
    ["/.git/a", [], 404],
    ["/x\\y", [], 404],
    [`/${"x/".repeat(600)}y`, [], 404],
  ] as const
) {
  Deno.test(`PUT to ${place.slice(0, 20)} beside ${keys} is ${status}`, async () => {
    const world = new World();
    for (const key of keys) world.storage.store(key, "x");
    assertEquals(await statusOf(put(sends("PUT", [encode("new")]), world.target(place))), status);
    assertEquals(world.storage.objects.size, keys.length + (status === 201 ? 1 : 0));
    assertEquals(await world.left(), NOTHING);
  });
}

const FORM = { "Content-Type": "multipart/form-data; boundary=XX", "Accept": "application/json" };

function form(...files: readonly (readonly [name: string, content: string])[]): Request {
  const parts = files.map(([name, content]) =>
    `--XX\r\nContent-Disposition: form-data; name="f"; filename="${name}"\r\nContent-Type: image/png\r\n\r\n${content}\r\n`
  );
  return sends("POST", [encode(parts.join("") + "--XX--\r\n")], { fields: FORM });
}

Deno.test("a POST stores all files of a form with their types, or none", async () => {
  const world = new World(), large = "y".repeat(100_000);
  const answer = await post(form(["a", "1"], ["b", large]), world.target("/sub/"));
  assertEquals([answer.status, answer.fields.get("location")], [201, "/in/sub/"]);
  assertEquals([world.text("inbox/sub/a"), world.text("inbox/sub/b")], ["1", large]);
  assertEquals(world.storage.objects.get("inbox/sub/b")?.contentType, "image/png");
  const before = new Map(world.storage.objects);
  // Somebody else takes the second name while they come.
  world.storage.before = (call, key) => {
    if (call === "put" && key === "inbox/sub/c") world.storage.store("inbox/sub/d", "another's");
  };
  assertEquals(await statusOf(post(form(["c", "1"], ["d", large]), world.target("/sub/"))), 409);
  assertEquals([...world.storage.objects.keys()], [...before.keys(), "inbox/sub/d"]);
  assertEquals(await world.left(), NOTHING);
});

Deno.test("many files of a form do not stay in memory until all have come", async () => {
  const world = new World(1024 * 1024), content = "z".repeat(200_000);
  const files = Array.from({ length: 20 }, (_, i) => [`f${i}`, content] as const);
  assertEquals(await statusOf(post(form(...files), world.target("/"))), 201);
  assertEquals([world.storage.objects.size, await world.left()], [20, NOTHING]);
});

Deno.test("who finds no room for buffers is told to come again, and room that is given back is used", async () => {
  const world = new World(64 * 1024), { budget } = world.uploading;
  await budget.take(60 * 1024);
  const refused = assertRejects(
    () => put(sends("PUT", [new Uint8Array(30_000)]), world.target("/a")),
    HttpError,
  );
  await new Promise((resolve) => setTimeout(resolve, 0));
  await world.clock.advance(10_000);
  const error = await refused;
  assertEquals([error.status, error.fields.has("retry-after")], [503, true]);
  const waits = put(sends("PUT", [new Uint8Array(30_000)]), world.target("/a"));
  await new Promise((resolve) => setTimeout(resolve, 0));
  budget.giveBack(60 * 1024);
  assertEquals([(await waits).status, await world.left()], [201, NOTHING]);
});

Deno.test("parts are as large as the content asks for", () => {
  const GIB = 1024 ** 3;
  assertEquals([partSize(PART + 1), partSize(5 * GIB)], [PART, PART]);
  for (const length of [100 * GIB, 5 * 1024 * GIB]) {
    assertEquals(Math.ceil(length / partSize(length)) <= 10_000, true);
  }
  assertEquals([1, 1000, 1001, 10_000].map(gatheredSize), [PART, PART, 2 * PART, 4 * PART]);
});

Deno.test("nothing is stored by a name that no request can reach", async () => {
  const world = new World(), folder = world.store.folder("");
  if (typeof folder === "string") throw new Error(folder);
  const content = folder.create({ name: "a" });
  await assertRejects(() => Promise.resolve(content.commit(".a", true)), FileError);
  content.discard();
  assertEquals([world.storage.objects.size, await world.left()], [0, NOTHING]);
});

Deno.test("a part is broken off before its upload is given up", async () => {
  const world = new World(), order: string[] = [], { storage } = world;
  const putPart = storage.putPart.bind(storage), abortParts = storage.abortParts.bind(storage);
  storage.putPart = async (...of) => {
    try {
      return await putPart(...of);
    } catch (error) {
      order.push("broken off");
      throw error;
    }
  };
  storage.abortParts = (...of) => {
    order.push("given up");
    return abortParts(...of);
  };
  const request = sends("PUT", [...someBytes(3_000_000), new HttpError(400, "gone"), ...someBytes(PART)]);
  assertEquals(await statusOf(put(request, world.target("/a"))), 400);
  assertEquals([await world.left(), order], [NOTHING, ["broken off", "given up"]]);
});

Deno.test("no more is read of a body than the storage takes", async () => {
  const world = new World(), reads: number[] = [];
  let read = 0, taken = 0;
  world.storage.putPart = async (_, number, content) => {
    if (content instanceof Uint8Array) throw new Error("It is not a stream");
    for (let piece = await content.read(); piece !== null; piece = await content.read()) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      taken += piece.length;
      reads.push(read - taken);
    }
    return { number, etag: '"part"' };
  };
  world.storage.completeParts = () => Promise.resolve('"all"');
  const request = sends("PUT", [...someBytes(LARGE)]), { body } = request;
  const counted = {
    ...request,
    body: {
      length: body.length,
      read: async () => {
        const piece = await body.read();
        read += piece?.length ?? 0;
        return piece;
      },
    },
  };
  assertEquals(await statusOf(put(counted, world.target("/a"))), 201);
  assertEquals([taken, Math.max(...reads) <= 1_000_003, world.uploading.budget.left], [
    LARGE,
    true,
    world.uploading.budget.most,
  ]);
});

Deno.test("a storage that answers before it has all of a part is 502", async () => {
  const world = new World();
  world.storage.putPart = async (_, number, content) => {
    if (!(content instanceof Uint8Array)) await content.read();
    return { number, etag: '"part"' };
  };
  assertEquals(await statusOf(put(sends("PUT", [...someBytes(LARGE)]), world.target("/a"))), 502);
  assertEquals(await world.left(), NOTHING);
});

Deno.test("an upload is given up behind the answer, and whoever stops waits for that", async () => {
  const world = new World();
  let letGo = () => {};
  world.storage.before = (call) => {
    if (call === "abortParts") return new Promise((resolve) => letGo = resolve);
    if (call === "completeParts") return Promise.reject(new HttpError(504, "too slow"));
    return undefined;
  };
  assertEquals(await statusOf(put(sends("PUT", [...someBytes(LARGE)]), world.target("/a"))), 504);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(world.storage.uploads.size, 1);
  letGo();
  assertEquals(await world.left(), NOTHING);
});
