/**
 * Runs the cases of this folder (see README.md), each block in every way in which it can arrive.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type BlockCase, readBlockCases } from "./cases.ts";
import { Driver } from "./driver.ts";

type Cut = (bytes: Uint8Array) => Uint8Array[];

/** Longer blocks are not cut at each of their bytes. */
const MOST_CUTS = 300;

for (const blockCase of readBlockCases()) {
  Deno.test(`header blocks: ${blockCase.document}: ${blockCase.title}`, () => {
    check(blockCase, (bytes) => [bytes], "decoded whole");
    check(blockCase, (bytes) => [...Array.from(bytes, (byte) => Uint8Array.of(byte)), NONE], "byte by byte");
    const longest = Math.max(...blockCase.blocks.map(({ bytes }) => bytes.length));
    for (let at = 1; at < longest; at += Math.ceil(longest / MOST_CUTS)) {
      check(blockCase, (bytes) => [bytes.slice(0, at), bytes.slice(at)], `cut at ${at}`);
    }
  });
}

const NONE = new Uint8Array();

function check({ blocks, limits, tableSize }: BlockCase, cut: Cut, how: string): void {
  const driver = new Driver(limits, tableSize);
  for (const { bytes, acknowledged, result } of blocks) {
    for (const size of acknowledged) driver.decoder.setMaxTableSize(size);
    const looksAtTable = result.some((line) => line.startsWith("table "));
    const lines = driver.feed(cut(bytes));
    assertEquals(looksAtTable ? lines : lines.filter((line) => !/^(table|entry) /.test(line)), result, how);
  }
}
