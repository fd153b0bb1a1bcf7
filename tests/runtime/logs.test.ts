import { assertEquals } from "@std/assert";
import { fileLog, postedLog } from "../../lib/runtime/logs.ts";

Deno.test("lines and batches of others keep their order, and every line has one end", async () => {
  const path = await Deno.makeTempFile();
  const log = fileLog(path);
  log.line("one");
  log.lines(new TextEncoder().encode("two\nthree\n"));
  log.line("four");
  log.line("five");
  await log.flush();
  log.line("six");
  await log.close();
  assertEquals(await Deno.readTextFile(path), "one\ntwo\nthree\nfour\nfive\nsix\n");
  await Deno.remove(path);
});

Deno.test("a log that nobody reads drops what is too much, and says how many lines", async () => {
  const path = await Deno.makeTempFile();
  const log = fileLog(path);
  const batch = new TextEncoder().encode("x".repeat(1023) + "\n");
  for (let i = 0; i < 5000; i++) log.lines(batch);
  log.line("dropped");
  await log.close();
  const lines = (await Deno.readTextFile(path)).split("\n");
  const dropped = Number(/(\d+) log lines were dropped/.exec(lines.at(-2)!)?.[1]);
  assertEquals(lines.length - 2 + dropped, 5001);
  await Deno.remove(path);
});

Deno.test("what is posted are whole lines in which no terminal finds anything to obey", async () => {
  const posted: string[] = [];
  const log = postedLog((lines) => {
    posted.push(new TextDecoder().decode(lines));
    // As postMessage does it where the memory goes along.
    lines.buffer.transfer();
  });
  log.line("red \x1b[31m \x9b bell \x07");
  log.line("stack\n  at x");
  await log.flush();
  log.line("later");
  await log.close();
  assertEquals(posted, ["red \\x1B[31m \\x9B bell \\x07\nstack\n  at x\n", "later\n"]);
});
