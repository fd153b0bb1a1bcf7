import { assertEquals, assertRejects } from "@std/assert";
import { type ProgramInput, programInput } from "../../lib/cgi/request_input.ts";
import { GoneError, HttpError } from "../../lib/http/errors.ts";
import { FileError } from "../../lib/ports.ts";
import { toText } from "../support/wire.ts";
import { fakeBody, FakeSpooler } from "./fakes.ts";

const KIB = 1024;

async function contentOf(input: ProgramInput): Promise<string> {
  let text = "";
  for (let piece = await input.next(); piece !== null; piece = await input.next()) text += toText(piece);
  return text;
}

/** A chunked body of these pieces. */
const chunked = (...pieces: readonly (string | Error)[]) => fakeBody(pieces, "chunked");

Deno.test("programInput() has no length where there is no body", async () => {
  const input = await programInput(fakeBody(), false, 10, new FakeSpooler());
  assertEquals(input.length, undefined);
  assertEquals(await input.next(), null);
});

Deno.test("programInput() has the length 0 where it was announced", async () => {
  const input = await programInput(fakeBody(), true, 10, new FakeSpooler());
  assertEquals(input.length, 0);
});

Deno.test("programInput() hands on a body of known length as it comes", async () => {
  const spooler = new FakeSpooler();
  const input = await programInput(fakeBody(["abc", "de"], 5), true, 1, spooler);
  assertEquals(input.length, 5);
  assertEquals(toText((await input.next())!), "abc");
  assertEquals(toText((await input.next())!), "de");
  assertEquals(await input.next(), null);
  input.close();
  assertEquals(spooler.created, 0);
});

Deno.test("programInput() keeps a small chunked body in memory and knows its length", async () => {
  const spooler = new FakeSpooler();
  const input = await programInput(chunked("abc", "de"), false, 5, spooler);
  assertEquals(input.length, 5);
  assertEquals(await contentOf(input), "abcde");
  input.close();
  assertEquals(spooler.created, 0);
});

Deno.test("programInput() gives an empty chunked body the length 0", async () => {
  const input = await programInput(chunked(), false, 5, new FakeSpooler());
  assertEquals(input.length, 0);
  assertEquals(await contentOf(input), "");
});

Deno.test("programInput() copies the pieces, which are only valid until the next", async () => {
  const buffer = new Uint8Array(3);
  let count = 0;
  const body = {
    length: undefined,
    read: () => Promise.resolve(count++ < 2 ? buffer.fill(0x60 + count) : null),
  };
  assertEquals(await contentOf(await programInput(body, false, 10, new FakeSpooler())), "aaabbb");
});

Deno.test("programInput() keeps 256 KiB in memory and spools one byte more", async () => {
  const piece = "x".repeat(64 * KIB);
  for (const [extra, created] of [["", 0], ["y", 1]] as const) {
    const spooler = new FakeSpooler();
    const input = await programInput(chunked(piece, piece, piece, piece, extra), false, Infinity, spooler);
    assertEquals(spooler.created, created);
    assertEquals(input.length, 256 * KIB + extra.length);
    assertEquals(await contentOf(input), piece.repeat(4) + extra);
    input.close();
    input.close();
    assertEquals(spooler.open, 0);
  }
});

Deno.test("programInput() refuses a chunked body over the limit and leaves no file", async () => {
  const small = await assertRejects(
    () => programInput(chunked("abc", "def"), false, 5, new FakeSpooler()),
    HttpError,
  );
  assertEquals(small.status, 413);

  const spooler = new FakeSpooler();
  const piece = "x".repeat(300 * KIB);
  const large = await assertRejects(
    () => programInput(chunked(piece, piece), false, 400 * KIB, spooler),
    HttpError,
  );
  assertEquals(large.status, 413);
  assertEquals([spooler.created, spooler.open], [1, 0]);
});

Deno.test("programInput() leaves no file where the client leaves or breaks a rule", async () => {
  for (const error of [new GoneError(), new HttpError(408, "stalled"), new HttpError(400, "no chunk")]) {
    const spooler = new FakeSpooler();
    const body = chunked("x".repeat(300 * KIB), error);
    const thrown = await assertRejects(() => programInput(body, false, Infinity, spooler), Error);
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
    const error = await assertRejects(() => programInput(body, false, Infinity, spooler), FileError);
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
  const input = await programInput(body, false, Infinity, counted);
  assertEquals([input.length, writes], [length, 3]);
  const text = await contentOf(input);
  assertEquals(text, "abcdefghijklmnopqrstuvwxyz".repeat(Math.ceil(length / 26)).slice(0, length));
  input.close();
  assertEquals(spooler.open, 0);
});
