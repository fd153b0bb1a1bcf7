import { assertEquals } from "@std/assert";
import { bodyBytes, formEntries, hexDump, pictureAddress } from "../../../lib/pages/inspector/body.js";
import { message } from "../../support/fake_inspector.ts";

const picture = (type: string, body: string, more = {}) =>
  pictureAddress({ ...message({ "content-type": type }, body), ...more });

Deno.test("pictureAddress() shows whole pictures by a data URL, and nothing else", () => {
  assertEquals(picture("image/png", "AAEC", { encoding: "base64" }), "data:image/png;base64,AAEC");
  assertEquals(
    picture("Image/SVG+xml; charset=utf-8", '<svg onload="alert(1)">\ud800'),
    "data:image/svg+xml,%3Csvg%20onload%3D%22alert(1)%22%3E%EF%BF%BD",
  );
  assertEquals(picture("image/png", "AAEC", { encoding: "base64", truncated: true }), undefined);
  assertEquals(picture("image/png", ""), undefined);
  assertEquals(picture("text/html", "<p>"), undefined);
  assertEquals(picture("image/x,<script>", "x"), undefined);
});

Deno.test("formEntries() are names and values of a form", () => {
  const form = message(
    { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" },
    "a=1&a=%26+b&c",
  );
  assertEquals(formEntries(form), [["a", "1"], ["a", "& b"], ["c", ""]]);
  assertEquals(formEntries(message({ "Content-Type": "text/plain" }, "a=1")), undefined);
});

Deno.test("hexDump() shows place, bytes and what is printable", () => {
  const bytes = new TextEncoder().encode("0123456789abcdef\n<é");
  assertEquals(
    hexDump(bytes),
    "000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n" +
      `000010  ${"0a 3c c3 a9".padEnd(47)}  .<..`,
  );
  assertEquals(bodyBytes(message({}, "é")), new Uint8Array([0xc3, 0xa9]));
});
