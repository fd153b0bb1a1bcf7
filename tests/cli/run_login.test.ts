import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/cli/command_line.ts";
import { checkPassword, checkUserName } from "../../lib/cli/password.ts";
import { makeUpPassword, runLogin } from "../../lib/cli/run_login.ts";

Deno.test("a password that is made up can be read out, and is another one each time", () => {
  const made = Array.from({ length: 200 }, makeUpPassword);
  for (const password of made) {
    assertMatch(password, /^(?:[bdfghjklmnprstvz][aeiou]){2}(?:-(?:[a-z][aeiou]){2}){4}$/);
  }
  assertEquals(new Set(made).size, made.length);
  // All 80 syllables come: ten of them have 63 bits.
  assertEquals(
    new Set(made.join("-").split("-").flatMap((pair) => [pair.slice(0, 2), pair.slice(2)])).size,
    80,
  );
});

Deno.test("names and passwords that nobody could log in with are refused, and so is a password as an argument", () => {
  assertThrows(() => checkUserName("anna:secret"), UsageError, 'write only "anna"');
  assertThrows(() => checkUserName(":secret"), UsageError, "write only the name");
  for (const name of ["", "a\nb", "a".repeat(256)]) {
    assertThrows(() => checkUserName(name), UsageError, "a user's name");
  }
  assertThrows(() => checkPassword(""), UsageError, "is empty");
  assertThrows(() => checkPassword("a\x00b"), UsageError, "control character");
  assertThrows(() => checkPassword("\u20ac".repeat(25)), UsageError, "more than 72 bytes");
  checkPassword("\u20ac".repeat(24));
  checkUserName("Änna Müller");
});

Deno.test("runLogin() makes a login for --lan, which the one of --user takes the place of", () => {
  const guest = runLogin({ user: undefined, switches: new Set(["lan"]) }, () => {});
  assertEquals(guest?.user.split(":")[0], "guest");
  assertEquals([guest?.madeUp?.name, guest?.link?.cookie.user], ["guest", "guest"]);
  Deno.env.set("WEBSERV_PASSWORD", "hers");
  const anna = runLogin({ user: "anna", switches: new Set(["lan"]) }, () => {});
  assertEquals([anna?.madeUp, anna?.link?.cookie.user], [undefined, "anna"]);
  // What is started beside the server does not get it.
  assertEquals(Deno.env.get("WEBSERV_PASSWORD"), undefined);
});
