import { assertEquals, assertRejects } from "@std/assert";
import { BodyError } from "../../lib/http/errors.ts";
import type { BodySource } from "../../lib/http/message.ts";
import { LOOKED_AT } from "../../lib/live/meta_policies.ts";
import { PageSource, pageWith } from "../../lib/live/page_source.ts";
import { toBytes, toText } from "../support/latin1.ts";

/** Gives pieces, of which it has announced so much. */
class Source implements BodySource {
  readonly prompt = true;
  closed = 0;
  constructor(readonly pieces: string[], readonly length: number | undefined) {}

  read(buffer: Uint8Array): Promise<number | null> {
    const piece = this.pieces.shift();
    if (piece === undefined) return Promise.resolve(null);
    const count = Math.min(piece.length, buffer.length);
    buffer.set(toBytes(piece.slice(0, count)));
    if (count < piece.length) this.pieces.unshift(piece.slice(count));
    return Promise.resolve(count);
  }

  isAtEnd(): Promise<boolean> {
    return Promise.resolve(this.pieces.length === 0);
  }

  close(): void {
    this.closed++;
  }
}

const ending = (beginning: Uint8Array) =>
  toBytes(`[${beginning.length}:${toText(beginning.subarray(0, 4))}]`);

async function all(source: BodySource, room: number): Promise<string> {
  const buffer = new Uint8Array(room);
  let text = "";
  for (let count = await source.read(buffer); count !== null; count = await source.read(buffer)) {
    text += toText(buffer.subarray(0, count));
  }
  return text;
}

Deno.test("PageSource gives the page, and what its beginning leads to behind it", async () => {
  for (const room of [1, 3, 1000]) {
    for (const length of [undefined, 6]) {
      const source = new Source(["ab", "cdef"], length), page = new PageSource(source, ending);
      assertEquals([page.length, page.prompt], [undefined, true]);
      assertEquals(await all(page, room), "abcdef[6:abcd]");
      page.close();
      assertEquals(source.closed, 1);
    }
  }
  assertEquals(await all(new PageSource(new Source([], undefined), ending), 9), "[0:]");
  const long = "x".repeat(LOOKED_AT + 5000);
  assertEquals(
    await all(new PageSource(new Source([long], undefined), ending), 7000),
    `${long}[${LOOKED_AT}:xxxx]`,
  );
});

Deno.test("PageSource: a page that is cut, or longer than announced, does not look whole", async () => {
  await assertRejects(
    () => all(new PageSource(new Source(["abc"], 4), ending), 100),
    BodyError,
    "ended before",
  );
  await assertRejects(() => all(new PageSource(new Source(["abcde"], 4), ending), 100), BodyError, "longer");
});

Deno.test("pageWith() leaves the page as it is, and looks at so much of it", () => {
  const page = toBytes("page");
  assertEquals(toText(pageWith(page, ending)), "page[4:page]");
  assertEquals(toText(page), "page");
  assertEquals(
    pageWith(new Uint8Array(LOOKED_AT + 1), ending).length,
    LOOKED_AT + 1 + "[32768:\0\0\0\0]".length,
  );
});
