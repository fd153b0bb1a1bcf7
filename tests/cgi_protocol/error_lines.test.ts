import { assert, assertEquals } from "@std/assert";
import { logLines } from "../../lib/cgi_protocol/error_lines.ts";
import { toBytes } from "../support/wire.ts";
import { FakeClock, FakeLog } from "../support/fakes.ts";

/** The lines that come of these pieces. */
async function linesOf(...pieces: readonly string[]): Promise<readonly string[]> {
  const log = new FakeLog();
  const left = pieces.map(toBytes);
  await logLines(() => Promise.resolve(left.shift() ?? null), log, "/a.py", new FakeClock());
  return log.lines;
}

Deno.test("logLines() logs each line with the program's name", async () => {
  assertEquals(await linesOf("one\ntwo\n"), ["/a.py: one", "/a.py: two"]);
});

Deno.test("logLines() joins what came in pieces, and logs a last line without its end", async () => {
  assertEquals(await linesOf("on", "e\nt", "", "wo"), ["/a.py: one", "/a.py: two"]);
});

Deno.test("logLines() takes CRLF and keeps empty lines", async () => {
  assertEquals(await linesOf("one\r\n\r\n\ntwo\n"), ["/a.py: one", "/a.py: ", "/a.py: ", "/a.py: two"]);
});

Deno.test("logLines() logs nothing for nothing", async () => {
  assertEquals(await linesOf(), []);
});

Deno.test("logLines() escapes control characters, so that no line passes for another", async () => {
  assertEquals(await linesOf("a\x1b[31mb\0c\td\re\x7f\xc2\x9b\n"), [
    "/a.py: a\\x1B[31mb\\x00c\td\\x0De\\x7F\\x9B",
  ]);
});

Deno.test("logLines() reads UTF-8 that is cut anywhere, and shows what is none", async () => {
  assertEquals(await linesOf("caf\xc3", "\xa9 \xe2\x82", "\xac\n", "\xff\n"), [
    "/a.py: café €",
    "/a.py: \ufffd",
  ]);
  assertEquals(await linesOf("caf\xc3"), ["/a.py: caf\ufffd"]);
});

Deno.test("logLines() cuts a line that is too long, in one piece or many", async () => {
  const whole = ["x", "y", "z"].map((letter) => letter.repeat(4096)).join("") + "end";
  const expected = ["x", "y", "z"].map((letter) => `/a.py: ${letter.repeat(4096)}`).concat("/a.py: end");
  assertEquals(await linesOf(`${whole}\nnext`), [...expected, "/a.py: next"]);
  assertEquals(await linesOf(...whole.match(/.{1,1000}/g)!, "\nnext\n"), [...expected, "/a.py: next"]);
});

Deno.test("logLines() keeps a line of exactly the greatest length whole", async () => {
  assertEquals(await linesOf(`${"x".repeat(4096)}\n`), [`/a.py: ${"x".repeat(4096)}`]);
});

Deno.test("of a program that never stops talking a bounded part is logged, and it is told what was left away", async () => {
  const log = new FakeLog(), clock = new FakeClock();
  const PIECES = 200, SIZE = 64 * 1024;
  const piece = toBytes(("x".repeat(1023) + "\n").repeat(SIZE / 1024));
  let read = 0;
  const logged = logLines(
    () => Promise.resolve(read++ < PIECES ? piece : null),
    log,
    "/a.py",
    clock,
  );
  const start = clock.monotonic();
  while (read <= PIECES) await clock.advance(5);
  await logged;
  // A mebibyte at once, and a quarter of one in each second of the time that the pauses take.
  const most = 1024 + (clock.monotonic() - start) / 1000 * 256;
  const lines = log.lines.filter((line) => line.endsWith("x")).length;
  assert(lines >= 1024 && lines <= most + SIZE / 1024, `${lines} of ${most} lines`);
  const left = log.lines.flatMap((line) => /^\/a.py: (\d+) bytes of its .* not logged/.exec(line)?.[1] ?? []);
  assertEquals(left.reduce((sum, each) => sum + Number(each), lines * 1024), PIECES * SIZE);
});
