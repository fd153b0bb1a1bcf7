import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { hashOfCookie } from "../../lib/access/run_cookie.ts";
import { LoginLink } from "../../lib/supervisor/login_link.ts";

Deno.test("a link of a run gives the cookie once, and then there is another link", async () => {
  let used = 0;
  const link = new LoginLink("guest", () => used++);
  const first = link.secret;
  assert(first.length >= 22, "128 bits");
  for (const wrong of ["", "x", first.slice(1), `${first}x`, first.toUpperCase()]) {
    assertEquals(await link.answer(wrong), undefined);
  }
  const value = await link.answer(first);
  assertEquals(hashOfCookie(value!), link.cookie.hash);
  assertEquals([await link.answer(first), used], [undefined, 1]);
  assertNotEquals(link.secret, first);
  assertEquals(await link.answer(link.secret), value);
});
