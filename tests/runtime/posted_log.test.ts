import { assert, assertEquals } from "@std/assert";
import { POSTED_WINDOW, PostedLog } from "../../lib/runtime/posted_log.ts";

/** A log, and what was posted of it. */
function start() {
  const posted: string[] = [];
  let onTheWay = 0;
  const log = new PostedLog((lines) => {
    posted.push(new TextDecoder().decode(lines));
    onTheWay += lines.length;
    // As postMessage does it where the memory goes along.
    lines.buffer.transfer();
  });
  const written = () => {
    log.written(onTheWay);
    onTheWay = 0;
  };
  return { log, posted, written, bytes: () => onTheWay };
}

Deno.test("what is posted are whole lines in which no terminal finds anything to obey", () => {
  const { log, posted } = start();
  log.line("red \x1b[31m \x9b bell \x07");
  log.line("stack\n  at x");
  log.flush();
  log.line("later");
  log.flush();
  assertEquals(posted, ["red \\x1B[31m \\x9B bell \\x07\nstack\n  at x\n", "later\n"]);
});

Deno.test("what is on its way is bounded until it is written, and what was dropped is said in one line", () => {
  const { log, posted, written, bytes } = start();
  const line = "x".repeat(1023);
  for (let i = 0; i < 10_000; i++) {
    log.line(line);
    if (i % 100 === 0) log.flush();
  }
  log.flush();
  assert(bytes() >= POSTED_WINDOW && bytes() < POSTED_WINDOW + 2048, `${bytes()} bytes`);
  assertEquals(posted.join("").match(/dropped/g), null);
  written();
  log.line("again");
  log.flush();
  assertEquals(posted.at(-1), "again\nwarning: 5904 log lines were dropped: the log is written too slowly\n");
  assertEquals(posted.join("").match(/x\n/g)?.length, 10_000 - 5904);
});

Deno.test("that lines were dropped is said though no other line comes", () => {
  const { log, posted, written } = start();
  for (let i = 0; i < 5000; i++) log.line("x".repeat(1023));
  log.flush();
  for (let i = 0; i < 10; i++) log.line("y");
  written();
  log.flush();
  assert(posted.at(-1)!.startsWith("warning: "), posted.at(-1));
});

Deno.test("a line of any length is one that can be posted, and says that it was cut", () => {
  const { log, posted } = start();
  log.line("\u20ac".repeat(10_000_000));
  log.flush();
  assert(posted[0]!.length <= 128 * 1024 + 1);
  assertEquals(posted[0]!.slice(-32), "...[10000000 characters, cut]\n".padStart(32, "\u20ac"));
});
