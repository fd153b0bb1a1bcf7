import { assertEquals } from "@std/assert";
import { reasonPhrase } from "../../lib/http/status.ts";

Deno.test("reasonPhrase() knows the codes of the RFCs", () => {
  assertEquals(reasonPhrase(200), "OK");
  assertEquals(reasonPhrase(206), "Partial Content");
  assertEquals(reasonPhrase(413), "Content Too Large");
  assertEquals(reasonPhrase(431), "Request Header Fields Too Large");
  assertEquals(reasonPhrase(507), "Insufficient Storage");
});

Deno.test("reasonPhrase() names the class of an unknown code", () => {
  const table: [number, string][] = [
    [199, "Informational"],
    [299, "Successful"],
    [306, "Redirection"],
    [418, "Client Error"],
    [599, "Server Error"],
    [600, "Unknown"],
    [99, "Unknown"],
    [-1, "Unknown"],
    [NaN, "Unknown"],
  ];
  for (const [status, phrase] of table) assertEquals(reasonPhrase(status), phrase, String(status));
});
