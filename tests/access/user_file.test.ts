import { assertEquals } from "@std/assert";
import { kindOf, parseUserFile } from "../../lib/access/user_file.ts";

const BCRYPT = `$2y$05$${"a".repeat(53)}`;
const APR1 = `$apr1$salt$${"a".repeat(22)}`;
const SHA1 = `{SHA}${"A".repeat(27)}=`;

Deno.test("kindOf() knows hashes by their whole form, and none that would take for ever", () => {
  const kinds: readonly (readonly [hash: string, kind: ReturnType<typeof kindOf>])[] = [
    [BCRYPT, "bcrypt"],
    [BCRYPT.replace("2y", "2a"), "bcrypt"],
    [BCRYPT.replace("2y", "2b"), "bcrypt"],
    [BCRYPT.replace("2y", "2x"), undefined],
    [BCRYPT.replace("05", "31"), undefined],
    [BCRYPT.replace("05", "03"), undefined],
    [BCRYPT + "a", undefined],
    [APR1, "apr1"],
    [APR1.replace("apr1", "1"), undefined],
    [SHA1, "sha1"],
    [SHA1 + "A", undefined],
    [`$5$salt$${"a".repeat(43)}`, "sha256"],
    [`$6$rounds=10000$salt$${"a".repeat(86)}`, "sha512"],
    [`$6$rounds=999999999$salt$${"a".repeat(86)}`, undefined],
    [`$6$sa:lt$${"a".repeat(86)}`, undefined],
    ["secret", undefined],
    ["rqXexS6ZhobKA", undefined],
    ["", undefined],
  ];
  for (const [hash, kind] of kinds) assertEquals([hash, kindOf(hash)], [hash, kind]);
});

Deno.test("parseUserFile() takes what htpasswd writes, and says which lines are none", () => {
  const { users, bad } = parseUserFile(
    `\uFEFF# users\r\n\r\nanna:${BCRYPT}\r\n  ben:${APR1}  \nwörld:${SHA1}:ignored:rest\nanna:${SHA1}\n:${SHA1}\nnone\ncarl:\nx:y\n`,
  );
  assertEquals([...users], [["anna", BCRYPT], ["ben", APR1], ["wörld", SHA1]]);
  assertEquals(bad.map(({ line }) => line), [7, 8, 9, 10]);
  assertEquals(parseUserFile(""), { users: new Map(), bad: [] });
});
