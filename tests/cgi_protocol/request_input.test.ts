import { assertEquals, assertRejects } from "@std/assert";
import { type Collecting, type ProgramInput, programInput } from "../../lib/cgi_protocol/request_input.ts";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import type { RequestBody } from "../../lib/http/message.ts";
import { FileError, type Spooler } from "../../lib/ports.ts";
import { settle } from "../support/fakes.ts";
import { toBytes, toText } from "../support/wire.ts";
import { fakeBody, FakeSpooler } from "../cgi/fakes.ts";

const KIB = 1024;

async function contentOf(input: ProgramInput): Promise<string> {
  let text = "";
  for (let piece = await input.next(); piece !== null; piece = await input.next()) text += toText(piece);
  return text;
}

/** An input for a program that may start at any time. */
function input(
  body: RequestBody,
  announced: boolean,
  limit: number,
  spooler: Spooler,
  collecting: Partial<Collecting> = {},
): Promise<ProgramInput> {
  const collected = { bytes: 0 }, onFlow = () => Promise.resolve();
  return programInput(body, announced, {
    limit,
    spooler,
    collected,
    mayWait: () => false,
    onFlow,
    ...collecting,
  });
}

/** A chunked body of these pieces. */
const chunked = (...pieces: readonly (string | Error)[]) => fakeBody(pieces, "chunked");

Deno.test("programInput() has no length where there is no body", async () => {
  const ready = await input(fakeBody(), false, 10, new FakeSpooler());
  assertEquals(ready.length, undefined);
  assertEquals(await ready.next(), null);
});

Deno.test("programInput() has the length 0 where it was announced", async () => {
  const ready = await input(fakeBody(), true, 10, new FakeSpooler());
  assertEquals(ready.length, 0);
});

Deno.test("programInput() hands on a body of known length as it comes", async () => {
  const spooler = new FakeSpooler();
  const ready = await input(fakeBody(["abc", "de"], 5), true, 1, spooler, { mayWait: () => true });
  assertEquals(ready.length, 5);
  assertEquals(toText((await ready.next())!), "abc");
  assertEquals(toText((await ready.next())!), "de");
  assertEquals(await ready.next(), null);
  ready.close();
  assertEquals(spooler.created, 0);
});

Deno.test("programInput() collects a body of known length while its program may not wait for it", async () => {
  for (const [freeAfter, flowsAt] of [[0, 0], [1, 1], [2, 2], [9, 3]] as const) {
    let read = 0, flowed: number | undefined;
    const pieces = ["abc", "de", "f"], buffer = new Uint8Array(3);
    const body = {
      length: 6,
      // As in a connection's buffer, where one piece takes the place of the other.
      read: () => {
        const piece = pieces[read++];
        return Promise.resolve(
          piece === undefined ? null : buffer.subarray(0, buffer.set(toBytes(piece)) ?? piece.length),
        );
      },
    };
    const ready = await input(body, true, 1, new FakeSpooler(), {
      mayWait: () => read >= freeAfter,
      onFlow: () => {
        flowed = read;
        return Promise.resolve();
      },
    });
    assertEquals([flowed, await contentOf(ready)], [flowsAt, "abcdef"]);
  }
});

Deno.test("programInput() keeps a small chunked body in memory and knows its length", async () => {
  const spooler = new FakeSpooler();
  const ready = await input(chunked("abc", "de"), false, 5, spooler);
  assertEquals(ready.length, 5);
  assertEquals(await contentOf(ready), "abcde");
  ready.close();
  assertEquals(spooler.created, 0);
});

Deno.test("programInput() gives an empty chunked body the length 0", async () => {
  const ready = await input(chunked(), false, 5, new FakeSpooler());
  assertEquals(ready.length, 0);
  assertEquals(await contentOf(ready), "");
});

Deno.test("programInput() copies the pieces, which are only valid until the next", async () => {
  const buffer = new Uint8Array(3);
  let count = 0;
  const body = {
    length: undefined,
    read: () => Promise.resolve(count++ < 2 ? buffer.fill(0x60 + count) : null),
  };
  assertEquals(await contentOf(await input(body, false, 10, new FakeSpooler())), "aaabbb");
});

Deno.test("programInput() keeps 256 KiB in memory and spools one byte more", async () => {
  const piece = "x".repeat(64 * KIB);
  for (const [extra, created] of [["", 0], ["y", 1]] as const) {
    const spooler = new FakeSpooler();
    const ready = await input(chunked(piece, piece, piece, piece, extra), false, Infinity, spooler);
    assertEquals(spooler.created, created);
    assertEquals(ready.length, 256 * KIB + extra.length);
    assertEquals(await contentOf(ready), piece.repeat(4) + extra);
    ready.close();
    ready.close();
    assertEquals(spooler.open, 0);
  }
});

Deno.test("programInput() refuses a chunked body over the limit and leaves no file", async () => {
  const small = await assertRejects(
    () => input(chunked("abc", "def"), false, 5, new FakeSpooler()),
    HttpError,
  );
  assertEquals(small.status, 413);

  const spooler = new FakeSpooler();
  const piece = "x".repeat(300 * KIB);
  const large = await assertRejects(
    () => input(chunked(piece, piece), false, 400 * KIB, spooler),
    HttpError,
  );
  assertEquals(large.status, 413);
  assertEquals([spooler.created, spooler.open], [1, 0]);
});

Deno.test("programInput() leaves no file where the client leaves or breaks a rule", async () => {
  for (const error of [new GoneError(), new HttpError(408, "stalled"), new HttpError(400, "no chunk")]) {
    const spooler = new FakeSpooler();
    const body = chunked("x".repeat(300 * KIB), error);
    const thrown = await assertRejects(() => input(body, false, Infinity, spooler), Error);
    assertEquals(thrown, error);
    assertEquals([spooler.created, spooler.open], [1, 0]);
  }
});

Deno.test("programInput() tells a full disk from other trouble, none of which is the client's fault", async () => {
  const spooler = new FakeSpooler();
  for (
    const [problem, expected] of [["full", "full"], ["not found", "failed"], ["denied", "failed"]] as const
  ) {
    spooler.failure = new FileError(problem, "/tmp/x");
    const body = chunked("x".repeat(300 * KIB));
    const error = await assertRejects(() => input(body, false, Infinity, spooler), FileError);
    assertEquals(error.problem, expected);
  }
});

Deno.test("programInput() takes a body that comes byte by byte in a few writes", async () => {
  const spooler = new FakeSpooler();
  let writes = 0;
  const counted = {
    create: () => {
      const file = spooler.create();
      return { ...file, write: (bytes: Uint8Array) => (writes++, file.write(bytes)) };
    },
  };
  const length = 600 * KIB, byte = new Uint8Array(1);
  let sent = 0;
  const body = {
    length: undefined,
    read: () => {
      byte[0] = 0x61 + sent % 26;
      return Promise.resolve(sent++ < length ? byte : null);
    },
  };
  const ready = await input(body, false, Infinity, counted);
  assertEquals([ready.length, writes], [length, 3]);
  const text = await contentOf(ready);
  assertEquals(text, "abcdefghijklmnopqrstuvwxyz".repeat(Math.ceil(length / 26)).slice(0, length));
  ready.close();
  assertEquals(spooler.open, 0);
});

Deno.test("what all bodies hold together is bounded: beyond it they wait for a place", async () => {
  const collected = { bytes: 0 };
  const rest = Promise.withResolvers<string>();
  let flowing = 0;
  const ready = Array.from({ length: 400 }, (_, index) => {
    const body = fakeBody(["x".repeat(60 * KIB), rest.promise], index % 2 === 0 ? "chunked" : 60 * KIB + 1);
    const onFlow = () => {
      flowing++;
      return Promise.resolve();
    };
    return input(body, true, Infinity, new FakeSpooler(), { collected, onFlow });
  });
  await settle();
  // 16 MiB are 273 of them.
  assertEquals([flowing, collected.bytes], [400 - 273, 273 * 60 * KIB]);
  rest.resolve("y");
  for (const one of await Promise.all(ready)) {
    assertEquals((await contentOf(one)).length, 60 * KIB + 1);
    one.close();
  }
  assertEquals([flowing, collected.bytes], [400, 0]);
});

Deno.test("whatever ends the collecting, nothing is held any more", async () => {
  const collected = { bytes: 0 };
  const busy = new HttpError(503);
  const refused = () => Promise.reject(busy);
  const broken = new GoneError();
  for (const length of [10, 100 * KIB, "chunked"] as const) {
    for (
      const [pieces, onFlow, error] of [
        [["abc", broken], () => Promise.resolve(), broken],
        [["x".repeat(100 * KIB)], refused, busy],
        [["x".repeat(10)], refused, busy],
      ] as const
    ) {
      const spooler = new FakeSpooler();
      const thrown = await assertRejects(
        () => input(fakeBody(pieces, length), true, Infinity, spooler, { collected, onFlow }),
        Error,
      );
      assertEquals([thrown, collected.bytes, spooler.open], [error, 0, 0]);
    }
  }
});
