/**
 * Runs the wire cases of tests/wire/ (see README.md there), each in every way in which bytes can arrive.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { readWireCases, type WireCase } from "../wire/cases.ts";
import { drive, type Outcome } from "../wire/driver.ts";
import { unescape } from "../wire/escape.ts";

const cases = readWireCases();

for (const wireCase of cases) {
  Deno.test(`wire: ${wireCase.document}: ${wireCase.title}`, () => {
    const { input, events, inputEnds } = wireCase;
    const whole = drive([input], wireCase);
    assertEquals(whole.lines, events, "fed whole");
    assertEquals(drive(singleBytes(input), wireCase).lines, events, "fed byte by byte");
    for (let at = 1; at < input.length; at++) {
      const halves = [input.subarray(0, at), input.subarray(at)];
      assertEquals(drive(halves, wireCase).lines, events, `cut at ${at}`);
    }
    if (!inputEnds) { for (const more of SUFFIXES) checkWithBytesAfter(wireCase, whole, more); }
  });
}

function singleBytes(input: Uint8Array): Uint8Array[] {
  return Array.from(input, (_, at) => input.subarray(at, at + 1));
}

/** Bytes that may follow a case, and what they are where a new request may begin. */
interface Suffix {
  readonly bytes: Uint8Array;
  readonly events: readonly string[];
}

const SUFFIXES: readonly Suffix[] = [
  {
    bytes: encodeLatin1("GET /after HTTP/1.0\r\n\r\n"),
    events: ["request GET /after HTTP/1.0 host= form=origin close", "end of message", "paused"],
  },
  { bytes: encodeLatin1("\0\r\n\r\n"), events: ["error 400 The method is not a token"] },
  { bytes: encodeLatin1("G"), events: ["need data"] },
];

/** What is already told does not change by what comes later. */
function checkWithBytesAfter(wireCase: WireCase, whole: Outcome, more: Suffix): void {
  const { input, events } = wireCase;
  const after = [...input, ...more.bytes];
  const ways = { "in one piece": [new Uint8Array(after)], "as a second piece": [input, more.bytes] };
  for (const [way, pieces] of Object.entries(ways)) {
    const lines = drive(pieces, wireCase).lines;
    const known = events.slice(0, -1), last = events.at(-1);
    if (last !== "need data") {
      // An error or a pause: nothing that follows is read any more.
      assertEquals(lines, events, `with bytes after it, ${way}`);
    } else if (whole.isBetweenRequests) {
      // The case is complete: what follows is a request of its own.
      const limits = wireCase.limits;
      const own = drive([more.bytes], { limits }).lines;
      if (limits.requestLine > 100) assertEquals(own, more.events);
      assertEquals(lines, [...known, ...own], `with a request after it, ${way}`);
    } else {
      // In the middle of a request: what follows belongs to it, and only a body can get longer.
      assertEquals(
        lines.slice(0, Math.max(0, known.length - 1)),
        known.slice(0, -1),
        `with more of it, ${way}`,
      );
      if (known.length > 0) assertContinues(lines[known.length - 1], known.at(-1)!);
    }
  }
}

function assertContinues(line: string | undefined, known: string): void {
  if (line === known) return;
  const content = (text: string | undefined) => /^data \d+ "(.*)"$/.exec(text ?? "")?.[1];
  const before = content(known), now = content(line);
  assert(before !== undefined && now?.startsWith(before), `${line} does not continue ${known}`);
}

/** What the wire decides in the table of DESIGN.md section 4 and in the text below it. */
const REFUSALS: readonly (readonly [string, number])[] = [
  ["request line that breaks the grammar", 400],
  ["fields that break the grammar", 400],
  ["bare LF", 400],
  ["bare CR", 400],
  ["NUL", 400],
  ["space before the colon", 400],
  ["obs-fold", 400],
  ["no Host in 1.1", 400],
  ["two Hosts", 400],
  ["bad Host", 400],
  ["both Content-Length and Transfer-Encoding", 400],
  ["Content-Length that is not one number", 400],
  ["chunk that breaks the grammar", 400],
  ["Transfer-Encoding other than chunked", 501],
  ["request line over the limit", 414],
  ["fields over the limit", 431],
  ["too many fields", 431],
  ["HTTP version other than 1.0, 1.1", 505],
  ["HTTP/1.0 with Transfer-Encoding", 400],
  ["HTTP/1.10", 400],
  ["http/1.1", 400],
  ["missing version", 400],
  ["HTTP/0.9", 400],
  ["second empty line", 400],
  ["chunk extension that breaks the grammar", 400],
  ["control byte in a field value", 400],
];

Deno.test("the wire cases cover every refusal of DESIGN.md section 4", () => {
  for (const [name, status] of REFUSALS) {
    const examples = cases.filter((wireCase) => wireCase.covers.includes(name));
    assert(examples.length > 0, `No case covers "${name}"`);
    for (const { title, events } of examples) {
      assert(events.at(-1)?.startsWith(`error ${status} `), `"${title}" does not end in ${status}`);
    }
  }
  const known = new Set(REFUSALS.map(([name]) => name));
  assertEquals(cases.flatMap(({ covers }) => covers).filter((name) => !known.has(name)), []);
});

Deno.test("the wire cases have titles of their own", () => {
  const titles = cases.map(({ document, title }) => `${document}: ${title}`);
  assertEquals(titles.filter((title, i) => titles.indexOf(title) !== i), []);
});

Deno.test("the escapes of the wire cases are read", () => {
  assertEquals(unescape("a\\r\\n\\t\\0\\\\\\x7f\\xFF"), "a\r\n\t\0\\\x7f\xff");
  assertEquals(unescape("\\{3 a\\t}b"), "a\ta\ta\tb");
});
