import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeLatin1 } from "../../../lib/bytes/latin1.ts";
import { type MultipartLimits, MultipartParser } from "../../../lib/http/multipart/parser.ts";
import { cutAtRandom } from "../../../scripts/fuzz/pieces.ts";
import { Random } from "../../../scripts/fuzz/random.ts";
import { escape, unescape, unescapeBytes } from "../../wire/escape.ts";
import { DEFAULT_LIMITS, drive } from "./driver.ts";

const ENDS_EARLY = "400 The body ends before its final boundary";
const BAD_LINE = "400 A boundary is not followed by the end of its line";
const TOO_LONG = "413 The header of a part is too long";

/** Whole, byte by byte, with empty pieces between, and cut in two at every position. */
function waysToCut(input: Uint8Array): Uint8Array[][] {
  const bytes = Array.from(input.keys(), (at) => input.subarray(at, at + 1));
  const none = new Uint8Array();
  const halves = bytes.map((_, at) => [input.subarray(0, at), input.subarray(at)]);
  return [[input], bytes, bytes.flatMap((byte) => [none, byte, none]), ...halves];
}

/** The body is written with escapes and ~ for a line end; its boundary is `bound`. */
function check(body: string, expected: readonly string[], limits: MultipartLimits = DEFAULT_LIMITS): void {
  const input = unescapeBytes(body.replaceAll("~", "\\r\\n"));
  for (const pieces of waysToCut(input)) {
    const how = `${body.slice(0, 100)} in ${pieces.length} pieces, the first of ${pieces[0]?.length}`;
    assertEquals(drive(pieces, { boundary: "bound", limits }), expected, how);
  }
}

const part = (...data: string[]) => ["part A: b", ...data.map((text) => `data ${text}`), "end of part"];

Deno.test("MultipartParser reads parts", () => {
  check("--bound~A: b~~hello~--bound--~", [...part("hello"), "end"]);
  check("--bound~A: b~~one~--bound~A: b~~two~--bound--~", [...part("one"), ...part("two"), "end"]);
  check("--bound~A:b~C-D: \t e \tf \t~~x~--bound--~", [
    "part A: b|C-D: e \\tf",
    "data x",
    "end of part",
    "end",
  ]);
  check("--bound~A: \\xe9\\xa0~~x~--bound--", ["part A: \\xe9\\xa0", "data x", "end of part", "end"]);
  check("--bound~A:~a:  ~~x~--bound--", ["part A: |a: ", "data x", "end of part", "end"]);
  check("--bound~~x~--bound--", ["part ", "data x", "end of part", "end"]);
  check("--bound~A: b~~\\0\\r\\n\\xff\\n\\r~--bound--", [...part("\\0\\r\\n\\xff\\n\\r"), "end"]);
});

Deno.test("MultipartParser reads parts without content", () => {
  check("--bound~A: b~~~--bound--~", [...part(), "end"]);
  // RFC 2046 section 5.1.1: the empty line may already be the one of the delimiter.
  check("--bound~A: b~~--bound--~", [...part(), "end"]);
  check("--bound~~--bound~A: b~~~--bound--", ["part ", "end of part", ...part(), "end"]);
  check("--bound~A: b~~~~--bound--~", [...part("\\r\\n"), "end"]);
});

Deno.test("MultipartParser accepts a body without parts", () => {
  check("--bound--", ["end"]);
  check("--bound--~", ["end"]);
  check("preamble~--bound--~", ["end"]);
});

Deno.test("MultipartParser drops preamble and epilogue", () => {
  check("preamble~--bound~A: b~~x~--bound--~", [...part("x"), "end"]);
  check("~--bound~A: b~~x~--bound--~", [...part("x"), "end"]);
  check("--boun~-~--bound~A: b~~x~--bound--~", [...part("x"), "end"]);
  check("x--bound~~--bound~A: b~~x~--bound--~", [...part("x"), "end"]);
  check("--bound~A: b~~x~--bound--~epilogue~--bound~A: b~~y~--bound--~", [...part("x"), "end"]);
});

Deno.test("MultipartParser accepts white space behind a boundary", () => {
  check("--bound \t ~A: b~~x~--bound\t~A: b~~y~--bound-- \t~", [...part("x"), ...part("y"), "end"]);
  check("--bound~A: b~~x~--bound-- ", [...part("x"), "end"]);
  check("--bound~A: b~~x~--bound--", [...part("x"), "end"]);
});

Deno.test("MultipartParser gives out unchanged what looks like a beginning of a delimiter", () => {
  for (
    const data of [
      "~",
      "~~",
      "~-",
      "~--",
      "~--b",
      "~--boun",
      "~--boun~--boun",
      "~--boun~",
      "~--Bound",
      "~-bound",
      "-~--boun-",
      "\\r",
      "\\r\\r",
      "\\r~",
      "\\n",
      "\\n--bound",
      "\\r--bound",
      "\\r\\r\\n--boun",
      "x--bound",
      "--boun",
      "-bound",
      "~~--~~--",
      "~ --bound",
      "~---bound",
      "boundboundbound",
      "~--boun\\r--bound\\n--bound",
    ]
  ) {
    check(`--bound~A: b~~${data}~--bound--~`, [...part(data.replaceAll("~", "\\r\\n")), "end"]);
  }
});

Deno.test("MultipartParser refuses a boundary with something behind it", () => {
  check("--boundary~A: b~~x~--bound--", [BAD_LINE]);
  check("--bound\\n", [BAD_LINE]);
  check("--bound\\r\\r", [BAD_LINE]);
  check("--bound x~", [BAD_LINE]);
  check("--bound -~", [BAD_LINE]);
  check("--bound -- ~", [BAD_LINE]);
  check("--bound-~", [BAD_LINE]);
  check("--bound~A: b~~x~--bound2~", ["part A: b", "data x", BAD_LINE]);
  check("--bound~A: b~~x~--bound-x", ["part A: b", "data x", BAD_LINE]);
  check("--bound~A: b~~x~--bound---~", ["part A: b", "data x", BAD_LINE]);
  check("--bound~A: b~~x~--bound--x", ["part A: b", "data x", BAD_LINE]);
  check("--bound~A: b~~x~--bound--\\n", ["part A: b", "data x", BAD_LINE]);
  check("--bound~A: b~~x~--bound--\\rx", ["part A: b", "data x", BAD_LINE]);
});

Deno.test("MultipartParser refuses headers that break the grammar", () => {
  const noName = "400 A field line of a part does not begin with a name";
  const noColon = "400 A field name of a part is not a token followed by a colon";
  const control = "400 A field value of a part has a control character";
  const folded = "400 A folded field line in a part";
  const bareCr = "400 A bare CR in the header of a part";
  const rows: [string, string][] = [
    ["A~~", noColon],
    ["A : b~~", noColon],
    ["A b: c~~", noColon],
    ["A\\x80: b~~", noColon],
    ["A\\0: b~~", noColon],
    [": b~~", noName],
    ["\\n", noName],
    ["(: b~~", noName],
    ["A: b~ c~~", folded],
    ["A: b~\\tc~~", folded],
    [" A: b~~", folded],
    ["A: b\\0~~", control],
    ["A: b\\x7f~~", control],
    ["A: b\\x1b~~", control],
    ["A: b\\n~~", control],
    ["A: b\\nC: d\\n\\nx", control],
    ["A: b\\rC: d~~", bareCr],
    ["A: b\\r\\r\\n", bareCr],
    ["A: b~\\r\\r", bareCr],
    ["\\rx", bareCr],
    ["--bound~", noColon],
    ["A: b~--bound--~", noColon],
  ];
  for (const [header, error] of rows) {
    check(`--bound~${header}`, [error]);
    check(`--bound~A: b~~x~--bound~${header}`, [...part("x"), error]);
  }
});

Deno.test("MultipartParser refuses lines that end in LF alone", () => {
  check("--bound\\nA: b\\n\\nx\\n--bound--\\n", [BAD_LINE]);
  check("--bound~A: b~~x\\n--bound--\\n", ["part A: b", "data x\\n--bound--\\n", ENDS_EARLY]);
});

Deno.test("MultipartParser refuses a body that ends early", () => {
  const body = unescape("--bound\\r\\nA: b\\r\\n\\r\\nx\\r\\n--bound--");
  for (let length = 0; length < body.length; length++) {
    const lines = drive([encodeLatin1(body.slice(0, length))], { boundary: "bound" });
    assertEquals(lines.at(-1), ENDS_EARLY, escape(body.slice(0, length)));
    assert(!lines.includes("end of part"), escape(body.slice(0, length)));
  }
  check("--bound~A: b~~x", ["part A: b", "data x", ENDS_EARLY]);
  check("--bound~A: b~~x~--bou", ["part A: b", "data x", ENDS_EARLY]);
  check("--bound~A: b~~x~--bound~", [...part("x"), ENDS_EARLY]);
  check("--bound~A: b~~x~--bound--\\r", ["part A: b", "data x", ENDS_EARLY]);
  check("", [ENDS_EARLY]);
  check("{}", [ENDS_EARLY]);
});

Deno.test("MultipartParser waits for more while the input has not ended", () => {
  const options = { boundary: "bound", inputEnds: false };
  assertEquals(drive([], options), ["need data"]);
  assertEquals(drive([encodeLatin1("--bound--")], options), ["need data"]);
  assertEquals(drive([encodeLatin1("--bound--\r\n")], options), ["end"]);
});

Deno.test("MultipartParser refuses a part header over the limit", () => {
  const header = "A: b~Cd: ef~~", limits = { partHeader: 16, parts: 2 };
  const parts = ["part A: b|Cd: ef", "data x", "end of part"];
  check(`--bound~${header}x~--bound~${header}x~--bound--`, [...parts, ...parts, "end"], limits);
  check(`--bound~${header}x~--bound--`, [TOO_LONG], { ...limits, partHeader: 15 });
  check(`--bound~${header}x~--bound--`, [TOO_LONG], { ...limits, partHeader: 0 });
  check("--bound~A: bcdefghijklmnopqrst", [TOO_LONG], limits);
  check("--bound~Abcdefghijklmnopqrst", [TOO_LONG], limits);
  check("--bound~A:               ", [TOO_LONG], limits);
  check("--bound~A: b~A: b~A: b~", [TOO_LONG], limits);
});

Deno.test("MultipartParser refuses too many parts", () => {
  const one = "--bound~A: b~~x~", limits = { ...DEFAULT_LIMITS, parts: 2 };
  check(`${one.repeat(2)}--bound--`, [...part("x"), ...part("x"), "end"], limits);
  check(
    `${one.repeat(3)}--bound--`,
    [...part("x"), "part A: b", "data x", "413 There are too many parts"],
    limits,
  );
  check("--bound--", ["end"], { ...limits, parts: 0 });
  check(one, ["413 There are too many parts"], { ...limits, parts: 0 });
});

Deno.test("MultipartParser takes all characters that a boundary may have", () => {
  for (const boundary of ["b", "-", "--", "a b", "b".repeat(70), "'()+_,-./:=?", "----WebKitFormBoundaryA"]) {
    const data = `\r\n--${boundary.slice(0, -1)}\r\n-${boundary}`;
    const input = encodeLatin1(`--${boundary}\r\nA: b\r\n\r\n${data}\r\n--${boundary}--\r\n`);
    for (const pieces of waysToCut(input)) {
      assertEquals(drive(pieces, { boundary }), [...part(escape(data)), "end"], boundary);
    }
  }
  for (const boundary of ["", "b".repeat(71), "b ", "b\r", "b\n", '"', "é", "b\0"]) {
    assertThrows(() => new MultipartParser(boundary, DEFAULT_LIMITS), TypeError);
  }
});

Deno.test("MultipartParser gives back random contents", () => {
  const random = new Random(20_240_117);
  const words = [
    "\r\n",
    "\r",
    "\n",
    "--",
    "-",
    "\r\n--",
    "\r\n--b",
    "\r\n--bou",
    "bound",
    "\0",
    "\xff",
    "x",
    "a: b",
  ];
  const anyText = () => Array.from({ length: random.below(40) }, () => random.pick(words)).join("");
  for (let round = 0; round < 3000; round++) {
    const contents = Array.from({ length: random.below(5) }, anyText)
      .filter((text) => !`\r\n${text}\r\n`.includes("\r\n--bound"));
    const body = contents.map((text) => `--bound\r\nA: b\r\n\r\n${text}\r\n`).join("") + "--bound--\r\n";
    const expected = contents.flatMap((text) => part(...text === "" ? [] : [escape(text)]));
    const pieces = cutAtRandom(encodeLatin1(body), random);
    assertEquals(drive(pieces, { boundary: "bound" }), [...expected, "end"]);
  }
});
