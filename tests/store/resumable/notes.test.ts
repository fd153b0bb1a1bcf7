import { assertEquals } from "@std/assert";
import { FieldBlock } from "../../../lib/http/fields.ts";
import {
  decodeNotes,
  encodeNotes,
  keptFields,
  type UploadNotes,
} from "../../../lib/store/resumable/notes.ts";

const NOTES: UploadNotes = {
  method: "PUT",
  path: "/files/ü",
  user: "anna",
  fields: [["If-Match", '"x"']],
  expires: 1000,
  length: 5,
  naming: undefined,
};

Deno.test("notes are read as they were written", () => {
  for (const notes of [NOTES, { ...NOTES, user: undefined, length: undefined, naming: "a" }]) {
    assertEquals(decodeNotes(encodeNotes(notes)), notes);
  }
});

Deno.test("what are no notes are none", () => {
  const wrong = [
    {},
    { method: 1 },
    { path: undefined },
    { user: 1 },
    { fields: [["Host", "x"]] },
    { fields: [["If-Match", 1]] },
    { fields: "x" },
    { expires: -1 },
    { expires: "1" },
    { length: 1.5 },
    { naming: {} },
    { version: 2 },
  ].map((change) => JSON.stringify({ ...JSON.parse(encodeNotes(NOTES)), ...change })).slice(1);
  for (const text of ["", "{", "null", "[]", "1", encodeNotes(NOTES).slice(1), ...wrong]) {
    assertEquals([text, decodeNotes(text)], [text, undefined]);
  }
});

Deno.test("of a request only what decides on its answer is noted", () => {
  const fields = FieldBlock.of(["Host", "x"], ["If-None-Match", "*"], ["Authorization", "Basic x"], [
    "Cookie",
    "y",
  ]);
  assertEquals(keptFields(fields), [["If-None-Match", "*"]]);
});
