import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fileResponse } from "../../lib/files/file_response.ts";
import { HttpError, refusal } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { MaybePromise } from "../../lib/http/maybe_promise.ts";
import type { BodySource, Request, Response } from "../../lib/http/message.ts";
import type { Representation } from "../../lib/http/origin.ts";
import type { ByteRange } from "../../lib/http/ranges.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock } from "../disk/fake_files.ts";
import { contentOf } from "../support/sources.ts";
import { toBytes, toText } from "../support/wire.ts";

const TEXT = "0123456789";
const TAG = '"tag"';

/** Content that lies nowhere: at hand, opened at once, or opened late. */
class Content implements Representation {
  readonly kind = "file";
  readonly path = "/text";
  readonly size = TEXT.length;
  readonly contentType = "text/plain";
  readonly etag = TAG;
  readonly modified = 0;
  readonly validators = FieldBlock.of(["ETag", TAG], ["Accept-Ranges", "bytes"]);
  readonly fields = FieldBlock.of(["Content-Type", "text/plain"]).concat(this.validators);
  failure: FileError | undefined;

  constructor(readonly how: "at hand" | "at once" | "late") {}

  content(): Uint8Array | undefined {
    return this.how === "at hand" ? toBytes(TEXT) : undefined;
  }

  open(ranges: readonly ByteRange[]): MaybePromise<BodySource> {
    if (this.how === "late") return Promise.resolve().then(() => this.#open(ranges));
    return this.#open(ranges);
  }

  #open(ranges: readonly ByteRange[]): BodySource {
    if (this.failure) throw this.failure;
    const pieces = ranges.map(({ start, end }) => TEXT.slice(start, end));
    return {
      length: pieces.join("").length,
      prompt: true,
      read: (buffer) => {
        const bytes = toBytes(pieces.shift() ?? "");
        buffer.set(bytes);
        return Promise.resolve(bytes.length || null);
      },
      close: () => {},
    };
  }
}

function requestOf(method: string, fields: Readonly<Record<string, string>> = {}): Request {
  const address = { hostname: "127.0.0.1", port: 1 };
  return {
    method,
    target: "/",
    form: "origin",
    path: "/",
    query: undefined,
    host: "localhost",
    version: "HTTP/1.1",
    fields: FieldBlock.of(...Object.entries(fields)),
    body: { length: 0, read: () => Promise.resolve(null) },
    remote: address,
    local: address,
    onGone: () => () => {},
  };
}

const ask = (how: Content["how"], method = "GET", fields?: Readonly<Record<string, string>>) =>
  fileResponse(requestOf(method, fields), new Content(how), new FakeClock());

async function answerOf(outcome: MaybePromise<Response | HttpError>): Promise<Response> {
  const answer = await outcome;
  assert(!(answer instanceof HttpError));
  return answer;
}

async function bodyOf({ body }: Response): Promise<string> {
  assert(body !== undefined);
  return body instanceof Uint8Array ? toText(body) : await contentOf(body, 1000);
}

for (const how of ["at hand", "at once", "late"] as const) {
  Deno.test(`content that is ${how} is answered with 200 and all its fields`, async () => {
    for (const method of ["GET", "HEAD"]) {
      const outcome = ask(how, method);
      assertEquals(outcome instanceof Promise, how === "late");
      const answer = await answerOf(outcome);
      assertEquals(answer.status, 200);
      assertEquals([...answer.fields], [["Content-Type", "text/plain"], ["ETag", TAG], [
        "Accept-Ranges",
        "bytes",
      ]]);
      assertEquals(answer.body?.length, 10);
      assertEquals(await bodyOf(answer), TEXT);
    }
  });

  Deno.test(`one range of content that is ${how} is a 206 with Content-Range`, async () => {
    const answer = await answerOf(ask(how, "GET", { Range: "bytes=2-4", "If-Range": TAG }));
    assertEquals([answer.status, answer.body?.length, await bodyOf(answer)], [206, 3, "234"]);
    assertEquals(answer.fields.names, ["Content-Type", "ETag", "Accept-Ranges", "Content-Range"]);
    assertEquals(answer.fields.get("content-range"), "bytes 2-4/10");
  });

  Deno.test(`several ranges of content that is ${how} are a 206 in parts, whose type stands in its place`, async () => {
    const answer = await answerOf(ask(how, "GET", { Range: "bytes=0-1,7-" }));
    const boundary = /^multipart\/byteranges; boundary=(\w+)$/.exec(answer.fields.get("content-type") ?? "")
      ?.[1];
    assertEquals([answer.status, answer.fields.names], [206, ["Content-Type", "ETag", "Accept-Ranges"]]);
    const part = (range: string, content: string) =>
      `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/10\r\n\r\n${content}\r\n`;
    const expected = part("0-1", "01") + part("7-9", "789") + `--${boundary}--\r\n`;
    assertEquals([answer.body?.length, await bodyOf(answer)], [expected.length, expected]);
  });
}

Deno.test("a range is not asked for with HEAD, nor where If-Range does not hold", async () => {
  assertEquals((await ask("at hand", "HEAD", { Range: "bytes=2-4" })).status, 200);
  assertEquals((await ask("at hand", "GET", { Range: "bytes=2-4", "If-Range": '"other"' })).status, 200);
});

Deno.test("what the client has is a 304 with the validators alone", async () => {
  const answer = await answerOf(ask("late", "GET", { "If-None-Match": TAG }));
  assertEquals([answer.status, answer.fields.names, answer.body], [
    304,
    ["ETag", "Accept-Ranges"],
    undefined,
  ]);
});

Deno.test("a condition that does not hold is a 412, and comes before a range", async () => {
  assertEquals(await ask("late", "GET", { "If-Match": '"other"', Range: "bytes=50-" }), refusal(412));
});

Deno.test("a range behind the end is a 416 that tells the size", async () => {
  const error = await ask("late", "GET", { Range: "bytes=50-" });
  assert(error instanceof HttpError);
  assertEquals([error.status, [...error.fields]], [416, [["Content-Range", "bytes */10"]]]);
});

Deno.test("what goes wrong when content is opened goes to the caller", async () => {
  for (const range of [{}, { Range: "bytes=1-2" }, { Range: "bytes=1-2,4-5" }]) {
    const once = new Content("at once"), late = new Content("late");
    once.failure = late.failure = new FileError("changed", "/a");
    assertThrows(
      () => fileResponse(requestOf("GET", range as Record<string, string>), once, new FakeClock()),
      FileError,
    );
    await assertRejects(
      () =>
        Promise.resolve(
          fileResponse(requestOf("GET", range as Record<string, string>), late, new FakeClock()),
        ),
      FileError,
    );
  }
});
