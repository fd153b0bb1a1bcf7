import { assert, assertEquals } from "@std/assert";
import { shown } from "../../lib/inspector/contents.ts";
import { decodeBeginning } from "../../lib/runtime/decode_beginning.ts";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const show = (bytes: Uint8Array, isCut = false, codings?: string) =>
  shown({ bytes, isCut, codings }, decodeBeginning);

Deno.test("a content is shown as text where it is, else in base64", async () => {
  const cases: readonly (readonly [Uint8Array, string, boolean])[] = [
    [bytesOf(""), "", true],
    [bytesOf("plain\r\n\ttext \x1b[0m ü €"), "plain\r\n\ttext \x1b[0m ü €", true],
    [bytesOf("\ufeffwith a mark"), "\ufeffwith a mark", true],
    [new Uint8Array([0xe4, 0xf6]), "5PY=", false],
    [new Uint8Array([65, 0, 66]), "QQBC", false],
    [new Uint8Array([0xed, 0xa0, 0x80]), "7aCA", false],
  ];
  for (const [bytes, body, isText] of cases) {
    assertEquals(await show(bytes), { body, truncated: false, ...isText ? {} : { encoding: "base64" } });
  }
});

Deno.test("base64 of any length is that of the bytes", async () => {
  for (const length of [1, 2, 3, 0x5fff, 0x6000, 0x6001, 0xffff]) {
    const bytes = Uint8Array.from({ length }, (_, index) => index % 256 | 0x80);
    const { body } = await show(bytes);
    assertEquals(Uint8Array.fromBase64(body), bytes);
  }
});

Deno.test("text that is cut within a character is text without it; one that is not cut is not", async () => {
  for (const text of ["aü", "a€", "a😀"]) {
    const whole = bytesOf(text);
    for (let end = 2; end < whole.length; end++) {
      assertEquals(await show(whole.subarray(0, end), true), { body: "a", truncated: true });
      assertEquals((await show(whole.subarray(0, end))).encoding, "base64");
    }
    assertEquals(await show(whole, true), { body: text, truncated: true });
  }
});

Deno.test("a content is shown without its codings, as far as they are known", async () => {
  const text = "the same words ".repeat(100), bytes = bytesOf(text);
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [gzipSync(bytes), "gzip"],
    [gzipSync(bytes), "X-GZIP"],
    [brotliCompressSync(bytes), "br"],
    [deflateSync(bytes), "deflate"],
    [brotliCompressSync(gzipSync(bytes)), "gzip, br"],
    [bytes, "identity"],
    [bytes, "nobody-knows"],
    [bytes, "gzip"],
    [bytes, "toString"],
    [bytes, "gzip, gzip, gzip, gzip, gzip"],
  ];
  for (const [coded, codings] of cases) {
    assertEquals(await show(coded, false, codings), { body: text, truncated: false }, codings);
  }
});

Deno.test("what is coded and was cut is shown as far as it goes", async () => {
  const text = Array.from({ length: 5000 }, (_, index) => `${index} ${index * 7919 % 10007}`).join("\n");
  for (const [coded, coding] of [[gzipSync(text), "gzip"], [brotliCompressSync(text), "br"]] as const) {
    const { body, truncated } = await show(coded.subarray(0, coded.length / 2), true, coding);
    assert(truncated && body.length > 1000 && text.startsWith(body), coding);
  }
});

Deno.test("of a content that grows without bound no more than its beginning is made", async () => {
  const zeros = bytesOf("0".repeat(20_000_000));
  for (
    const [bomb, coding] of [[gzipSync(zeros), "gzip"], [
      brotliCompressSync(zeros, { params: {} }),
      "br",
    ]] as const
  ) {
    const { body, truncated } = await show(bomb, false, coding);
    assertEquals([body.length, truncated], [64 * 1024, true], coding);
  }
});
