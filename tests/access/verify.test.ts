import { assertEquals } from "@std/assert";
import { makeHash } from "../../lib/access/make_hash.ts";
import { parseUserFile } from "../../lib/access/user_file.ts";
import { verify } from "../../lib/access/verify.ts";

/** A line as Apache's tool writes it. */
function htpasswd(kind: string, name: string, password: string): string {
  const { stdout } = new Deno.Command("htpasswd", { args: ["-nb" + kind, name, password] }).outputSync();
  return new TextDecoder().decode(stdout);
}

const PASSWORDS = [
  "secret",
  "wört",
  "a:b",
  " with spaces ",
  "x".repeat(72),
  "🔑",
  "0123456789abcdef",
  "0123456789abcdefg",
];

for (const kind of ["B", "m", "s", "5", "2"]) {
  Deno.test(`verify() knows the passwords of htpasswd -${kind}`, () => {
    // A sha-crypt takes its time.
    for (const password of /[52]/.test(kind) ? PASSWORDS.slice(1, 4) : PASSWORDS) {
      const { users, bad } = parseUserFile(htpasswd(kind, "anna", password));
      assertEquals(bad, []);
      const hash = users.get("anna")!;
      assertEquals([password, verify(password, hash)], [password, true]);
      for (
        const wrong of ["", `${password.slice(0, -1)}?`, password.toUpperCase() + "!" + password, "secret2"]
      ) {
        if (wrong === password || wrong.startsWith("x".repeat(72))) continue;
        assertEquals([wrong, verify(wrong, hash)], [wrong, false]);
      }
    }
  });
}

Deno.test("htpasswd knows the passwords of makeHash()", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, `anna:${makeHash("wört", 4)}\n`);
    const check = (password: string) =>
      new Deno.Command("htpasswd", { args: ["-vb", file, "anna", password], stderr: "null" }).outputSync()
        .code;
    assertEquals([check("wört"), check("wort")], [0, 3]);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("verify() takes no hash that is none, and no password that is endless", () => {
  assertEquals(verify("x", "x"), false);
  assertEquals(verify("", ""), false);
  assertEquals(verify("x".repeat(2000), makeHash("x".repeat(72), 4)), false);
});
