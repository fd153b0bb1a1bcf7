import { assertEquals } from "@std/assert";
import { isUploadId, partialFileName, uploadOfFile } from "../../lib/http/partial_name.ts";
import { isStorableName } from "../../lib/http/file_names.ts";

const ID = "0123456789abcdef0123456789abcdef";

Deno.test("an upload's file is told by its name, and cannot be stored by anybody", () => {
  const name = partialFileName(ID);
  assertEquals(["", ".json", ".json.new"].map((ending) => uploadOfFile(name + ending)), [ID, ID, ID]);
  assertEquals(isStorableName(name), false);
  for (const other of [".json.", ".new", ".json.json", "0"]) {
    assertEquals(uploadOfFile(name + other), undefined);
  }
  assertEquals(uploadOfFile(".webserv-upload-1-2"), undefined);
  assertEquals([ID.slice(1), `${ID}0`, ID.toUpperCase(), ""].map(isUploadId), [false, false, false, false]);
});
