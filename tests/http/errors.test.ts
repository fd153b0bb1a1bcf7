import { assert, assertEquals, assertStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  BodyError,
  busy,
  describeFileError,
  GoneError,
  HttpError,
  httpErrorOf,
  refusal,
} from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { FileError, type FileProblem } from "../../lib/ports.ts";

/** What the system says, which no client may see. */
const SYSTEM = "No such file or directory (os error 2)";

/** Status, whether the client is to come again, and whether it is worth a line in the error log. */
const PROBLEMS: Readonly<
  Record<FileProblem, readonly [status: number, retries: boolean, isLogged: boolean]>
> = {
  "not found": [404, false, false],
  "denied": [403, false, true],
  "exists": [409, false, false],
  "not empty": [409, false, false],
  "changed": [503, true, true],
  "busy": [503, true, true],
  "full": [507, false, true],
  "failed": [500, false, true],
};

for (const [problem, [status, retries, isLogged]] of Object.entries(PROBLEMS)) {
  Deno.test(`httpErrorOf() makes ${status} of a file that is "${problem}"`, () => {
    const file = new FileError(problem as FileProblem, "/srv/a.txt", { cause: new Error(SYSTEM) });
    const error = httpErrorOf(file);
    assertEquals(error.status, status);
    assertEquals([...error.fields], retries ? [["Retry-After", "1"]] : []);
    assertEquals(error.log, isLogged ? `/srv/a.txt: ${problem} (${SYSTEM})` : undefined);
  });
}

Deno.test("httpErrorOf() gives an HttpError as it is", () => {
  const error = new HttpError(418, "short");
  assertStrictEquals(httpErrorOf(error), error);
});

Deno.test("httpErrorOf() throws a GoneError: nobody is left to be answered", () => {
  const gone = new GoneError();
  assertStrictEquals(assertThrows(() => httpErrorOf(gone), GoneError), gone);
});

Deno.test("httpErrorOf() makes 500 of any other error, with its stack in the log alone", () => {
  const mistake = new TypeError("undefined is not a function");
  const error = httpErrorOf(mistake);
  assertEquals([error.status, error.message, error.fields.size], [500, "Internal Server Error", 0]);
  assertEquals(error.log, mistake.stack);
  assertStringIncludes(error.log!, "TypeError: undefined is not a function");
  assertStringIncludes(error.log!, "errors.test.ts");
  assertStrictEquals(error.cause, mistake);
});

Deno.test("httpErrorOf() makes 500 of what is no error, or has no stack", () => {
  assertEquals([httpErrorOf("text").status, httpErrorOf("text").log], [500, "text"]);
  assertEquals([httpErrorOf(undefined).status, httpErrorOf(undefined).log], [500, "undefined"]);
  const bare = new Error("bare");
  delete bare.stack;
  assertEquals(httpErrorOf(bare).log, "bare");
  assertEquals(httpErrorOf(new BodyError("a program fell silent")).status, 500);
});

Deno.test("an HttpError is an Error, though its stack is not captured", () => {
  const cause = new Error("why");
  const fields = FieldBlock.of(["Allow", "GET"]);
  const error = new HttpError(405, "not here", { fields, log: "somebody tried", cause });
  assert(error instanceof Error);
  assert(error instanceof HttpError);
  assertEquals([error.name, error.message, String(error)], ["HttpError", "not here", "HttpError: not here"]);
  assertEquals([error.status, error.log], [405, "somebody tried"]);
  assertStrictEquals(error.fields, fields);
  assertStrictEquals(error.cause, cause);
  assertStrictEquals(
    assertThrows(() => {
      throw error;
    }, HttpError),
    error,
  );
});

Deno.test("an HttpError that is given nothing else has its reason phrase, no fields, and no line in the log", () => {
  const error = new HttpError(404);
  assertEquals([error.message, error.fields.size, error.log, error.cause], [
    "Not Found",
    0,
    undefined,
    undefined,
  ]);
});

Deno.test("refusal() gives the same error for the same status", () => {
  for (const status of [400, 404, 503]) {
    assertStrictEquals(refusal(status), refusal(status));
    assertEquals([refusal(status).status, refusal(status).log, refusal(status).fields.size], [
      status,
      undefined,
      0,
    ]);
  }
  assert(refusal(400) !== refusal(404));
});

Deno.test("busy() is 503 with Retry-After, and a line in the log only where one is given", () => {
  for (const log of [undefined, "too much to do"]) {
    const error = busy("full house", log);
    assertEquals([error.status, error.message, error.log], [503, "full house", log]);
    assertEquals([...error.fields], [["Retry-After", "1"]]);
  }
});

Deno.test("describeFileError() has the system's words where there are any", () => {
  assertEquals(describeFileError(new FileError("full", "/a")), "/a: full");
  assertEquals(describeFileError(new FileError("full", "/a", { cause: "odd" })), "/a: full");
  assertEquals(describeFileError(new FileError("full", "/a", { cause: new Error("x") })), "/a: full (x)");
});
