import { assert, assertEquals, assertThrows } from "@std/assert";
import { FastcgiFault, ResponseReader } from "../../lib/fastcgi/response_reader.ts";
import { toText } from "../support/wire.ts";
import { answer, concat, end, record, STDERR, STDOUT } from "./fastcgi_server.ts";

/** What comes of bytes in pieces of some size: output, errors in brackets, how it ended; then whether it is clean. */
function read(bytes: Uint8Array, size = bytes.length, id = 1): string {
  const reader = new ResponseReader();
  reader.begin(id);
  let text = "", last = "";
  const say = (kind: string, more: string) => {
    text += kind === last ? more : `${text === "" ? "" : "|"}${kind}:${more}`;
    last = kind;
  };
  const buffer = new Uint8Array(Math.max(size, 1));
  for (let at = 0; at < bytes.length || at === 0; at += size) {
    const piece = bytes.subarray(at, at + size);
    // What was received is overwritten by what comes next, as in a real buffer.
    buffer.set(piece);
    reader.receive(buffer.subarray(0, piece.length));
    for (let event = reader.next(); event.type !== "need data"; event = reader.next()) {
      if (event.type === "end") say("end", `${event.ending} ${event.status}`);
      else say(event.type, toText(event.bytes));
    }
    if (size === 0) break;
  }
  return `${text}${reader.isClean ? "" : " +"}`;
}

const CASES: readonly (readonly [name: string, bytes: Uint8Array, expected: string])[] = [
  ["a whole answer", answer("A: b\n\nhello"), "output:A: b\n\nhello|end:complete 0"],
  ["padding", answer("abc", { padding: 255 }).slice(0, -255), "output:abc|end:complete 0 +"],
  [
    "padding everywhere",
    concat(record(STDOUT, "a", { padding: 7 }), record(STDOUT, "b", { padding: 1 }), end()),
    "output:ab|end:complete 0",
  ],
  [
    "errors between output",
    concat(
      record(STDERR, "oh"),
      record(STDOUT, "a"),
      record(STDERR, " no"),
      record(STDERR, ""),
      record(STDOUT, "b"),
      end(),
    ),
    "errors:oh|output:a|errors: no|output:b|end:complete 0",
  ],
  ["no output", end(), "end:complete 0"],
  ["a status", end({}, 255), "end:complete 255"],
  ["a negative status", end({}, -1), "end:complete -1"],
  ["it cannot multiplex", end({}, 0, 1), "end:cannot multiplex 0"],
  ["it is overloaded", end({}, 0, 2), "end:overloaded 0"],
  ["it does not know the role", end({}, 0, 3), "end:unknown role 0"],
  [
    "a record of the largest size",
    concat(record(STDOUT, "x".repeat(65535)), end()),
    `output:${"x".repeat(65535)}|end:complete 0`,
  ],
  ["something behind the end", concat(answer("a"), Uint8Array.of(1)), "output:a|end:complete 0 +"],
  ["another answer behind the end", concat(answer("a"), answer("b")), "output:a|end:complete 0 +"],
  ["no end", record(STDOUT, "a"), "output:a +"],
  ["half a head", record(STDOUT, "a").slice(0, 5), " +"],
  ["half a record", record(STDOUT, "abc").slice(0, 9), "output:a +"],
  ["half an end", end().slice(0, 12), " +"],
];

for (const [name, bytes, expected] of CASES) {
  Deno.test(`an answer of FastCGI with ${name} is the same however it is cut`, () => {
    const sizes = bytes.length > 1000
      ? [7, 65535, 65536]
      : Array.from({ length: bytes.length }, (_, i) => i + 1);
    assertEquals(read(bytes), expected);
    for (const size of sizes) assertEquals(read(bytes, size), expected, `in pieces of ${size}`);
  });
}

const FAULTS: readonly (readonly [name: string, bytes: Uint8Array, message: RegExp])[] = [
  ["another version", record(STDOUT, "a", { version: 2 }), /begins with the byte 2/],
  ["HTTP", new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n"), /begins with the byte 72/],
  ["another request's number", record(STDOUT, "a", { id: 2 }), /request 2/],
  ["the number 0", record(STDOUT, "a", { id: 0 }), /request 0/],
  ["a number of two bytes", record(STDOUT, "a", { id: 257 }), /request 257/],
  ["values that were not asked for", record(10, "a", { id: 0 }), /request 0/],
  ["a type of requests", record(1, "12345678"), /type 1/],
  ["STDIN", record(5, "a"), /type 5/],
  ["an unknown type", record(12, "a"), /type 12/],
  ["a short end", record(3, "1234567"), /7 bytes/],
  ["a long end", record(3, "123456789"), /9 bytes/],
  ["an empty end", record(3, ""), /0 bytes/],
  ["an end that no specification knows", end({}, 0, 4), /unknown status 4/],
  ["output behind its end", concat(record(STDOUT, ""), record(STDOUT, "a")), /behind the end of output/],
  ["two ends of output", concat(record(STDOUT, ""), record(STDOUT, "")), /behind the end of output/],
  [
    "errors behind their end",
    concat(record(STDERR, ""), record(STDERR, "a")),
    /behind the end of standard error/,
  ],
];

for (const [name, bytes, message] of FAULTS) {
  Deno.test(`${name} in an answer of FastCGI is a fault however it is cut`, () => {
    for (let size = 1; size <= bytes.length; size++) {
      assertThrows(() => read(bytes, size), FastcgiFault, "", `in pieces of ${size}`);
    }
    assert(message.test(assertThrows(() => read(bytes), FastcgiFault).message));
  });
}

Deno.test("answers of one connection follow each other, each with its own number", () => {
  const reader = new ResponseReader();
  for (const id of [1, 2, 300]) {
    reader.begin(id);
    reader.receive(answer(`to ${id}`, { id }));
    const event = reader.next();
    assertEquals(event.type === "output" && toText(event.bytes), `to ${id}`);
    assertEquals([reader.isClean, reader.next().type, reader.isClean], [false, "end", true]);
  }
  reader.begin(301);
  reader.receive(answer("late", { id: 300 }));
  assertThrows(() => reader.next(), FastcgiFault);
});
