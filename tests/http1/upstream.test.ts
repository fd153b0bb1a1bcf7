/**
 * Runs the cases of tests/upstream/ (see README.md there), each in every way in which bytes can arrive.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { type AnswerCase, readAnswerCases } from "../upstream/cases.ts";
import { drive } from "../upstream/driver.ts";

const cases = readAnswerCases();

for (const answerCase of cases) {
  Deno.test(`upstream: ${answerCase.document}: ${answerCase.title}`, () => {
    const { answers, events } = answerCase;
    const run = (cut: (answer: Uint8Array) => Uint8Array[]) => drive(answers.map(cut), answerCase);
    assertEquals(run((answer) => [answer]), events, "fed whole");
    assertEquals(run(singleBytes), events, "fed byte by byte");
    const longest = Math.max(...answers.map(({ length }) => length));
    for (let at = 1; at < longest; at++) {
      assertEquals(run((answer) => [answer.subarray(0, at), answer.subarray(at)]), events, `cut at ${at}`);
    }
    if (answerCase.end === undefined) { for (const more of SUFFIXES) checkWithBytesAfter(answerCase, more); }
  });
}

function singleBytes(input: Uint8Array): Uint8Array[] {
  return Array.from(input, (_, at) => input.subarray(at, at + 1));
}

/** Bytes that may follow. None of them is ever told as a message of its own. */
const SUFFIXES = ["HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", "\0\r\n\r\n", "H"].map(encodeLatin1);

/** What is already told does not change by what comes later. */
function checkWithBytesAfter(answerCase: AnswerCase, more: Uint8Array): void {
  const { answers, events } = answerCase;
  const known = events.slice(0, -1), last = events.at(-1)!;
  const ways = {
    "in one piece": (answer: Uint8Array) => [new Uint8Array([...answer, ...more])],
    "as a second piece": (answer: Uint8Array) => [answer, more],
  };
  for (const [way, cut] of Object.entries(ways)) {
    const lines = drive(
      [...answers.slice(0, -1).map((answer) => [answer]), cut(answers.at(-1)!)],
      answerCase,
    );
    if (last === "stays" || last === "closes") {
      assertEquals(lines, [...known, "closes"], `with bytes after it, ${way}`);
    } else if (last.startsWith("error ")) assertEquals(lines, events, `with bytes after it, ${way}`);
    else if (last.startsWith("tunnel ")) {
      assertEquals(lines.slice(0, -1), known);
      assert(lines.at(-1) !== last, "they belong to the other protocol");
    } else checkContinues(lines, known, way);
  }
}

/** In the middle of an answer: what follows belongs to it, and only content can get longer. */
function checkContinues(lines: readonly string[], known: readonly string[], way: string): void {
  const content = (text: string | undefined) => /^data \d+ "(.*)"$/.exec(text ?? "")?.[1];
  const before = content(known.at(-1)), told = before === undefined ? known : known.slice(0, -1);
  assertEquals(lines.slice(0, told.length), told, `with more of it, ${way}`);
  if (before !== undefined) assert(content(lines[told.length])?.startsWith(before), way);
}

Deno.test("the cases of answers have titles of their own", () => {
  const titles = cases.map(({ document, title }) => `${document}: ${title}`);
  assertEquals(titles.filter((title, i) => titles.indexOf(title) !== i), []);
  assert(titles.length >= 250);
});
