import { assertEquals, assertRejects } from "@std/assert";
import { PositionedFile, writeAll } from "../../lib/runtime/positioned_file.ts";
import { temporaryFolder } from "../support/launch.ts";
import { toBytes, toText } from "../support/wire.ts";

Deno.test("writeAll() goes on until everything is taken", async () => {
  const pieces: string[] = [];
  const writer = {
    write(bytes: Uint8Array): Promise<number> {
      pieces.push(toText(bytes.subarray(0, 3)));
      return Promise.resolve(Math.min(bytes.length, 3));
    },
  };
  await writeAll(writer, toBytes("0123456"));
  await writeAll(writer, toBytes(""));
  assertEquals(pieces, ["012", "345", "6"]);
});

Deno.test("PositionedFile reads at any offset, and writes where it stands", async () => {
  await using folder = await temporaryFolder();
  const open = () => Deno.openSync(`${folder.path}/a`, { read: true, write: true, create: true });
  const file = new PositionedFile(open());
  const buffer = new Uint8Array(4);
  const at = async (offset: number) => toText(buffer.subarray(0, await file.readAt(buffer, offset)));
  const atSync = (offset: number) => toText(buffer.subarray(0, file.readAtSync(buffer, offset)));
  await file.write(toBytes("01234"));
  await file.write(toBytes("56789"));
  assertEquals(await at(0), "0123");
  assertEquals([atSync(4), atSync(8), atSync(10), atSync(2)], ["4567", "89", "", "2345"]);
  assertEquals(await at(6), "6789");
  await file.write(toBytes("ab"));
  assertEquals([await at(8), await at(12)], ["89ab", ""]);
  file.close();
});

Deno.test("PositionedFile finds its place again after a failure", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/a`, "0123456789");
  const inner = Deno.openSync(`${folder.path}/a`, { read: true });
  const file = new PositionedFile(inner);
  const buffer = new Uint8Array(2);
  await file.readAt(buffer, 0);
  await assertRejects(() => file.write(toBytes("x")));
  // Whoever else has moved it meanwhile.
  inner.seekSync(7, Deno.SeekMode.Start);
  assertEquals(toText(buffer.subarray(0, await file.readAt(buffer, 2))), "23");
  file.close();
});
