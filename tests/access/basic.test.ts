import { assertEquals } from "@std/assert";
import { challenge, isBasic, parseBasic } from "../../lib/access/basic.ts";

const encoded = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

Deno.test("parseBasic() takes a name and a password in UTF-8 and nothing that is malformed", () => {
  // RFC 7617 sections 2 and 2.1.
  assertEquals(parseBasic("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), {
    name: "Aladdin",
    password: "open sesame",
  });
  assertEquals(parseBasic("Basic dGVzdDoxMjPCow=="), { name: "test", password: "123£" });
  assertEquals(parseBasic(`bAsIc  ${encoded("a:b:c")}`), { name: "a", password: "b:c" });
  assertEquals(parseBasic(`Basic ${encoded(":")}`), { name: "", password: "" });
  assertEquals(parseBasic(`Basic ${btoa("t:\xa3")}`), { name: "t", password: "\xa3" });
  for (
    const malformed of [
      "Basic",
      "Basic ",
      "Basic ???",
      `Basic ${encoded("no colon")}`,
      `Basic ${encoded("a:b\n")}`,
      `Basic ${encoded("a\0:b")}`,
      `Basic ${encoded("a:b")}, Basic ${encoded("c:d")}`,
      `Basic ${encoded(`a:${"b".repeat(3000)}`)}`,
      `Bearer ${encoded("a:b")}`,
      `Basic${encoded("a:b")}`,
    ]
  ) assertEquals([malformed, parseBasic(malformed)], [malformed, undefined]);
  assertEquals(["Basic", "basic x", "Basically x", "Bearer x", ""].map(isBasic), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("challenge() quotes a realm, whatever is in it", () => {
  assertEquals(challenge('The "Müllers" \\'), 'Basic realm="The \\"M\xc3\xbcllers\\" \\\\", charset="UTF-8"');
});
