/**
 * Short runs of the fuzzer over the two sides of a connection, the same at each time; `deno task fuzz` makes long ones.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { connectionTarget } from "../../../scripts/fuzz/connection.ts";
import { type Failure, run } from "../../../scripts/fuzz/run.ts";
import { sessionTarget } from "../../../scripts/fuzz/session.ts";
import { readAnswers } from "../../../scripts/fuzz/session_answers.ts";

const SEED = 1;

/** What a failure says, with all that it takes to have it again. */
function told(failure: Failure | undefined): string {
  return failure === undefined
    ? ""
    : `seed ${SEED}, try ${failure.iteration}, ${failure.minimised}: ${failure.error}`;
}

for (const [target, tries] of [[sessionTarget(), 1200], [connectionTarget(), 3000]] as const) {
  Deno.test(`the fuzzer finds no order of things that harms a ${target.name}`, async () => {
    const { failure, tries: made } = await run(target, SEED, (count) => count < tries);
    assertEquals([told(failure), made], ["", tries]);
  });
}

Deno.test("readAnswers() tells whole answers from cut ones, and what is wrong with their order", () => {
  const asked = [{ method: "POST", expects: true }, { method: "HEAD", expects: false }, {
    method: "GET",
    expects: false,
  }];
  const cases: readonly (readonly [string, readonly string[], number])[] = [
    ["", [], 0],
    ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nX-For: /0\r\n\r\n", ["204 /0 whole"], 0],
    ["HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", ["204 - whole"], 1],
    [
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\n",
      ["200 - whole", "200 - whole", "999 - cut"],
      0,
    ],
    ["HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nab", ["200 - cut, last"], 0],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", ["200 - whole"], 0],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n", ["200 - cut"], 0],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 100 Continue\r\n", ["200 - cut"], 1],
  ];
  for (const [output, expected, count] of cases) {
    const faults: string[] = [];
    const answers = readAnswers(output, asked, faults).map(({ status, target = "-", isWhole, closes }) =>
      `${status} ${target} ${isWhole ? "whole" : "cut"}${closes ? ", last" : ""}`
    );
    assertEquals([answers, faults.length], [expected, count], output);
  }
});
