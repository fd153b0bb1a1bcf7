import { assertEquals, assertThrows } from "@std/assert";
import { changesOf, fieldLines, parseFields } from "../../../lib/pages/inspector/edit.js";
import { message, recordOf } from "../../support/fake_inspector.ts";

const record = recordOf(7, {
  method: "POST",
  url: "http://localhost/a?token=***",
  request: message({ Host: "localhost", Cookie: "id=***" }, "x=1"),
});
const same = { method: "POST", path: "/a?token=***", headers: record.request.headers, body: undefined };

Deno.test("changesOf() sends what differs and nothing else", () => {
  assertEquals(changesOf(record, same), {});
  assertEquals(changesOf(record, { ...same, method: "PUT" }), { method: "PUT" });
  assertEquals(changesOf(record, { ...same, path: "/b?token=***" }), { url: "/b?token=***" });
  assertEquals(changesOf(record, { ...same, body: "" }), { body: "" });
  const headers = [...record.request.headers, { name: "X-A", value: "1" }];
  assertEquals(changesOf(record, { ...same, headers }), { headers });
});

Deno.test("fields are lines and come back from lines", () => {
  const fields = [{ name: "Host", value: "a:1" }, { name: "X-Empty", value: "" }, {
    name: "X-A",
    value: "b: c",
  }];
  assertEquals(parseFields(fieldLines(fields)), fields);
  assertEquals(parseFields("\n A:b \r\n\n"), [{ name: "A", value: "b" }]);
  for (const line of ["no colon", ": x", "a b: c", "ä: c", "GET / HTTP/1.1: x"]) {
    assertThrows(() => parseFields(line), Error, `Not a header field: ${line}`);
  }
});
