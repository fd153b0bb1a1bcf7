import { assertEquals } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import {
  stateFields,
  uploadComplete,
  uploadLength,
  uploadLimit,
  uploadOffset,
} from "../../lib/http/upload_fields.ts";

Deno.test("Upload-Complete is a boolean of structured fields, or not there", () => {
  for (
    const [value, expected] of [
      ["?1", true],
      ["?0", false],
      [" ?1 ", true],
      ["?1;later=1", true],
      ["?0; a; b=?1", false],
      ["1", undefined],
      ["true", undefined],
      ["?2", undefined],
      ["?1, ?0", undefined],
      ["", undefined],
      ["?1 ?0", undefined],
    ] as const
  ) {
    assertEquals([value, uploadComplete(FieldBlock.of(["Upload-Complete", value]))], [value, expected]);
  }
  assertEquals(uploadComplete(FieldBlock.EMPTY), undefined);
  assertEquals(
    uploadComplete(FieldBlock.of(["Upload-Complete", "?1"], ["Upload-Complete", "?1"])),
    undefined,
  );
});

Deno.test("Upload-Offset and Upload-Length are integers that are not negative, or not there", () => {
  for (
    const [value, expected] of [
      ["0", 0],
      ["007", 7],
      ["999999999999999", 999999999999999],
      ["5;x", 5],
      ["1000000000000000", undefined],
      ["-1", undefined],
      ["1.0", undefined],
      ["0x10", undefined],
      ["1, 1", undefined],
      ["", undefined],
    ] as const
  ) {
    assertEquals([value, uploadOffset(FieldBlock.of(["Upload-Offset", value]))], [value, expected]);
    assertEquals([value, uploadLength(FieldBlock.of(["Upload-Length", value]))], [value, expected]);
  }
});

Deno.test("Upload-Limit leaves out what is no limit, and is never out of an integer's range", () => {
  assertEquals(uploadLimit({ size: 10, age: 1999 }), "max-size=10, max-age=1");
  assertEquals(uploadLimit({ size: Infinity, age: -5 }), "max-age=0");
  assertEquals(uploadLimit({ size: 1e15, age: 1e21 }), "max-age=999999999999999");
});

Deno.test("an upload's state is two fields", () => {
  assertEquals([...stateFields(true, 7)], [["Upload-Complete", "?1"], ["Upload-Offset", "7"]]);
});
