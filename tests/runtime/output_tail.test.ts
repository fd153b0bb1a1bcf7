import { assert, assertEquals } from "@std/assert";
import { OutputTail } from "../../lib/runtime/output_tail.ts";

const encoder = new TextEncoder();

/** What came of pieces: what was passed on, and the text that was kept. */
async function passed(...pieces: (string | Uint8Array<ArrayBuffer>)[]): Promise<[string, string]> {
  const tail = new OutputTail();
  let written = "";
  await tail.pass(
    ReadableStream.from(pieces.map((piece) => typeof piece === "string" ? encoder.encode(piece) : piece)),
    {
      // A part only, as a pipe may.
      write(bytes) {
        const part = bytes.subarray(0, Math.ceil(bytes.length / 2));
        written += new TextDecoder("latin1").decode(part);
        return Promise.resolve(part.length);
      },
    },
  );
  return [written, tail.text];
}

Deno.test("output is passed on as it is, and kept without what a terminal would obey", async () => {
  const cases: [pieces: string[], kept: string][] = [
    [["a\n", "b\n"], "a\nb"],
    [["\x1b[31mred\x1b[0m \x1b[38;2;1;2;3mrgb\x1b[m"], "red rgb"],
    [["\x1b[3", "1msplit"], "split"],
    [["\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b"], "alinkb"],
    [["10 %\r20 %\rdone\r\nnext\r\n"], "done\nnext"],
    [["a\tb\x00\x08c"], "a\tb\\x00\\x08c"],
    [["", "\n\n  x\n\n"], "x"],
    [[], ""],
  ];
  for (const [pieces, kept] of cases) {
    assertEquals(await passed(...pieces), [pieces.join(""), kept]);
  }
});

Deno.test("of much output the last 16 KiB are kept, from the beginning of a line", async () => {
  const line = (number: number) => `line ${number}\n`;
  const lines = Array.from({ length: 5_000 }, (_, number) => line(number));
  for (const pieces of [lines, [lines.join("")]]) {
    const [written, kept] = await passed(...pieces);
    assertEquals(written, lines.join(""));
    const [first, ...rest] = kept.split("\n");
    assert(rest.length > 1000 && kept.length <= 16 * 1024, `${kept.length}`);
    assertEquals(first, line(4_999 - rest.length).trim());
    assertEquals(rest.at(-1), "line 4999");
  }
});

Deno.test("whoever reads no more does not keep a command from writing", async () => {
  const tail = new OutputTail();
  let asked = 0;
  await tail.pass(ReadableStream.from(["a\n", "b\n", "c\n"].map((text) => encoder.encode(text))), {
    write: () => (asked++, Promise.reject(new Error("broken pipe"))),
  });
  assertEquals([asked, tail.text], [1, "a\nb\nc"]);
});

Deno.test("output that goes on is not read any further once it is closed", async () => {
  const tail = new OutputTail();
  const endless = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
  const end = tail.pass(endless, { write: (bytes) => Promise.resolve(bytes.length) });
  tail.close();
  await end;
});
