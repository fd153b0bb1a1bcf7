import { assertEquals } from "@std/assert";
import { whyBadHeaderBlock } from "../../lib/cgi_protocol/bad_output.ts";

Deno.test("why a header block is none says what the output begins with", () => {
  const hint = ": header fields and an empty line are to come first";
  for (
    const [reason, output, why] of [
      ['"<html>" is no field', "<html>\n\n", `"<html>" is no field${hint}`],
      ['"<p>" is no field', "A: b\r\n<p>\n\n", `"<p>" is no field, in output that begins with "A: b"${hint}`],
      [
        '"<!--: spam" is no field',
        "<!--: spam\nContent-Type: text/html\n\n",
        '"<!--: spam" is no field, which is how Python\'s cgitb begins its report of a program that failed',
      ],
      [
        "the output begins with an empty line instead of fields",
        "\nhello\n",
        `the output begins with an empty line instead of fields, in output that begins with "hello"${hint}`,
      ],
    ] as const
  ) assertEquals(whyBadHeaderBlock(reason, output), why);
});
