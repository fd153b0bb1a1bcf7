import { assertEquals } from "@std/assert";
import { VirtualHosts } from "../../lib/site/virtual_hosts.ts";

function hosts(...names: string[]): VirtualHosts<string> {
  const table = new VirtualHosts("fallback");
  for (const name of names) table.add(name, name);
  return table;
}

Deno.test("an exact name beats every wildcard", () => {
  const table = hosts("*.example.test", "www.example.test");
  assertEquals(table.find("www.example.test"), "www.example.test");
  assertEquals(table.find("api.example.test"), "*.example.test");
});

Deno.test("a wildcard stands for any number of labels, but for one at least", () => {
  const table = hosts("*.example.test");
  assertEquals(table.find("a.example.test"), "*.example.test");
  assertEquals(table.find("a.b.c.example.test"), "*.example.test");
  for (const name of ["example.test", ".example.test", "anexample.test", "example.test.org", "test", ""]) {
    assertEquals(table.find(name), "fallback", name);
  }
});

Deno.test("the longest of several wildcards wins", () => {
  const table = hosts("*.test", "*.b.test", "*.a.b.test");
  assertEquals(table.find("x.test"), "*.test");
  assertEquals(table.find("b.test"), "*.test");
  assertEquals(table.find("x.b.test"), "*.b.test");
  assertEquals(table.find("a.b.test"), "*.b.test");
  assertEquals(table.find("y.x.a.b.test"), "*.a.b.test");
});

Deno.test("the first of equal names wins", () => {
  const table = new VirtualHosts("fallback");
  table.add("a.test", "first");
  table.add("a.test", "second");
  table.add("*.b.test", "first");
  table.add("*.b.test", "second");
  assertEquals([table.find("a.test"), table.find("x.b.test")], ["first", "first"]);
});

Deno.test("names that every object has are no hosts", () => {
  for (const name of ["constructor", "__proto__", "toString", "a.__proto__"]) {
    assertEquals(hosts("a.test", "*.b.test").find(name), "fallback");
  }
});

Deno.test("one name among 10,000 is found, and so is a wildcard", () => {
  const table = hosts(
    ...Array.from({ length: 10_000 }, (_, i) => i % 2 === 0 ? `host${i}.test` : `*.host${i}.test`),
  );
  assertEquals(table.find("host9998.test"), "host9998.test");
  assertEquals(table.find("a.b.host9999.test"), "*.host9999.test");
  assertEquals(table.find("host9999.test"), "fallback");
});
