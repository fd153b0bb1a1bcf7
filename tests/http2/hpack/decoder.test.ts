/**
 * What a decoder does with a sink that wants no more, and with what is not its own.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { HpackDecoder } from "../../../lib/http2/hpack/decoder.ts";
import { block, HpackEncoder, indexed, literal } from "../../support/hpack.ts";

/** Counts what it is given, and says at some field that it wants no more. */
class CountingSink {
  count = 0;

  constructor(readonly most: number) {}

  add(): boolean {
    return ++this.count < this.most;
  }
}

Deno.test("a header bomb is decoded no further than the sink wants", () => {
  const bomb = block(
    literal("a", "b".repeat(4000), "inserted"),
    ...Array.from({ length: 10_000 }, () => indexed(62)),
  );
  const sink = new CountingSink(32);
  assertEquals(new HpackDecoder(Infinity).decode(bomb, 0, bomb.length, true, sink), "excessive");
  assertEquals(sink.count, 32);
});

Deno.test("fields of the tables are the same strings at each time", () => {
  const fields: string[] = [];
  const sink = { add: (name: string, value: string) => fields.push(name, value) > 0 };
  const decoder = new HpackDecoder(Infinity), encoder = new HpackEncoder();
  for (let i = 0; i < 2; i++) {
    const bytes = encoder.encode([["user-agent", "some text"], [":method", "GET"]]);
    assertEquals(decoder.decode(bytes, 0, bytes.length, true, sink), "whole");
  }
  assertEquals(fields.slice(4), fields.slice(0, 4));
  assertEquals(decoder.table.count, 1);
});
