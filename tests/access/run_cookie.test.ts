import { assertEquals } from "@std/assert";
import { hashOfCookie, RunCookie } from "../../lib/access/run_cookie.ts";
import { FieldBlock } from "../../lib/http/fields.ts";

Deno.test("RunCookie finds its value among all cookies, and no other value", () => {
  const cookie = new RunCookie({ name: "webserv-1", hash: hashOfCookie("right"), user: "guest" });
  const userOf = (...values: string[]) =>
    cookie.userOf({ fields: FieldBlock.of(...values.map((value) => ["Cookie", value] as const)) });
  assertEquals(userOf("webserv-1=right"), "guest");
  assertEquals(userOf("a=b; webserv-1=right; c=d"), "guest");
  assertEquals(userOf("a=b", "webserv-1=right"), "guest");
  // As a page of another port may have put one beside it.
  assertEquals(userOf("webserv-1=wrong; webserv-1=right"), "guest");
  for (
    const value of [
      "",
      "webserv-1=wrong",
      "webserv-1=",
      "webserv-1",
      "xwebserv-1=right",
      "webserv-12=right",
      "right",
    ]
  ) {
    assertEquals(userOf(value), undefined, value);
  }
  assertEquals(userOf(), undefined);
});
