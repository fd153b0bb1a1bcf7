import { assertEquals, assertThrows } from "@std/assert";
import { parseIdle, parsePss, parseRss, parseStat, treeOf } from "../../scripts/bench/proc.ts";

const statLine = (name: string) =>
  `4711 (${name}) S 42 4711 4711 0 -1 4194304 2000 30 0 0 150 250 30 20 20 0 12 0 9999 1000000 500 0 0\n`;

Deno.test("parseStat() gives the parent and the CPU seconds, own and reaped", () => {
  assertEquals(parseStat(statLine("nginx")), { pid: 4711, parent: 42, own: 4, reaped: 0.5 });
});

Deno.test("parseStat() is not misled by a name with spaces and parentheses", () => {
  assertEquals(parseStat(statLine("a) S 1 (b")), { pid: 4711, parent: 42, own: 4, reaped: 0.5 });
});

Deno.test("parseStat() refuses what is not a process status", () => {
  for (const text of ["", "4711", "4711 (nginx) S 42", "x (nginx) S 42 1 1"]) {
    assertThrows(() => parseStat(text), Error, "Not a process status");
  }
});

Deno.test("treeOf() finds children and grandchildren, and no strangers", () => {
  const process = (pid: number, parent: number) => ({ pid, parent, own: 0, reaped: 0 });
  const all = [process(9, 7), process(1, 0), process(5, 1), process(7, 5), process(6, 1)];
  assertEquals(treeOf(5, all).map(({ pid }) => pid), [5, 7, 9]);
  assertEquals(treeOf(4, all), []);
});

Deno.test("parsePss() and parseRss() give bytes, or undefined without the line", () => {
  assertEquals(
    parsePss("00400000-7ffe [rollup]\nRss:  2000 kB\nPss:    1500 kB\nPss_Anon:  7 kB\n"),
    1536000,
  );
  assertEquals(parseRss("Name:\tnginx\nVmRSS:\t    2000 kB\n"), 2048000);
  assertEquals(parsePss("Pss_Anon: 7 kB\n"), undefined);
});

Deno.test("parseIdle() adds idle and waiting time of one core", () => {
  const text = "cpu  9 9 9 9 9\ncpu0 100 0 50 1000 200 0 0 5 0 0\ncpu1 1 1 1 300 1 0 0 0 0 0\n";
  assertEquals(parseIdle(text, 0), 12);
  assertEquals(parseIdle(text, 1), 3.01);
  assertThrows(() => parseIdle(text, 2), Error, "No core 2");
});
