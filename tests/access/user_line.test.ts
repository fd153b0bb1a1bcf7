import { assertEquals } from "@std/assert";
import { withUser } from "../../lib/access/user_line.ts";

Deno.test("withUser() changes one user's line and nothing else of a file", () => {
  const line = "anna:new";
  for (
    const [before, after, isNew] of [
      ["", "anna:new\n", true],
      ["ben:b\n", "ben:b\nanna:new\n", true],
      ["ben:b", "ben:b\nanna:new\n", true],
      ["# ours\n\nanna:old\nben:b", "# ours\n\nanna:new\nben:b", false],
      ["ben:b\r\nanna:old\r\n", "ben:b\r\nanna:new\r\n", false],
      ["ben:b\r\n", "ben:b\r\nanna:new\r\n", true],
      ["anna:one\nben:b\nanna:two\n", "anna:new\nben:b\n", false],
      ["annabel:a\n anna:a\n", "annabel:a\n anna:a\nanna:new\n", true],
      ["\ufeffanna:old\n", "\ufeffanna:new\n", false],
      ["anna:old", "anna:new\n", false],
    ] as const
  ) {
    assertEquals(withUser(before, "anna", line), { text: after, isNew }, JSON.stringify(before));
  }
});
