import { assertEquals } from "@std/assert";
import { fileLog } from "../../lib/runtime/logs.ts";

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

Deno.test("whoever hands in lines hears that they are written or dropped, in a later turn", async () => {
  const path = await Deno.makeTempFile();
  const log = fileLog(path);
  const batch = new TextEncoder().encode("x".repeat(1024 * 1024 - 1) + "\n");
  let over = 0;
  for (let i = 0; i < 8; i++) log.lines(batch, () => over++);
  assertEquals(over, 0);
  await log.flush();
  assertEquals([over, (await Deno.stat(path)).size >= 4 * batch.length], [8, true]);
  await log.close();
  await Deno.remove(path);
});
