import { assertEquals } from "@std/assert";
import { nearestWord, suggestion } from "../../lib/config/suggestion.ts";

Deno.test("suggestion() names the nearest word, whatever the case it was written in", () => {
  assertEquals(suggestion("lsten", ["root", "listen"]), ': did you mean "listen"?');
  assertEquals(suggestion("ROOT", ["root", "listen"]), ': did you mean "root"?');
});

Deno.test("nearestWord() guesses only where a third of the letters or fewer differ", () => {
  const table: readonly (readonly [word: string, known: string, guessed: boolean])[] = [
    ["40", "404", true],
    ["cog", "cgi", false],
    ["cig", "cgi", true],
    ["gi", "cgi", true],
    ["--prot", "--port", true],
    ["-help", "--help", true],
    ["--quite", "--quiet", true],
    ["--https", "--help", false],
    ["--hots", "--host", true],
    ["--tls", "--cgi", false],
    ["--ssl", "--spa", false],
    ["--cert", "--cors", false],
    ["--frobnicate", "--port", false],
    ["log_fromat", "log_format", true],
    ["locaton", "locations", true],
    ["GETT", "GET", true],
    ["FETCH", "PATCH", false],
    ["x", "cgi", false],
  ];
  for (const [word, known, guessed] of table) {
    assertEquals(nearestWord(word, [known]), guessed ? known : undefined, `${word} ${known}`);
  }
  assertEquals(nearestWord("--listing", ["--list", "--no-listing"]), "--no-listing");
});

Deno.test("suggestion() says nothing where there is nothing to compare", () => {
  assertEquals(suggestion("", ["a"]), "");
  assertEquals(suggestion("--", ["a"]), "");
  assertEquals(suggestion("a", []), "");
  assertEquals(suggestion("a".repeat(100_000), ["a".repeat(100_000)]), "");
});
