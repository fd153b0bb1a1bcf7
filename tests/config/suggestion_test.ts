import { assertEquals } from "@std/assert";
import { suggestion } from "../../lib/config/suggestion.ts";

Deno.test("suggestion() names the nearest word, whatever the case it was written in", () => {
  assertEquals(suggestion("lsten", ["root", "listen"]), ': did you mean "listen"?');
  assertEquals(suggestion("ROOT", ["root", "listen"]), ': did you mean "root"?');
});

Deno.test("suggestion() allows one mistake in a short word, and one for each three letters of a longer one", () => {
  assertEquals(suggestion("40", ["404"]), ': did you mean "404"?');
  assertEquals(suggestion("cog", ["cgi"]), "");
  assertEquals(suggestion("--prot", ["--port"]), ': did you mean "--port"?');
  assertEquals(suggestion("--frobnicate", ["--port", "--config"]), "");
});

Deno.test("suggestion() says nothing where there is nothing to compare", () => {
  assertEquals(suggestion("", ["a"]), "");
  assertEquals(suggestion("a", []), "");
});
