import { assertEquals } from "@std/assert";
import { absolute, isWrittenAsPath, withSlashes } from "../../lib/config/absolute.ts";

Deno.test("paths have slashes on Windows, and stay as they are elsewhere", () => {
  const cases: [path: string, onWindows: string][] = [
    ["C:\\site\\www", "C:/site/www"],
    ["\\\\server\\share", "//server/share"],
    // `C:` alone would be another folder.
    ["C:\\", "C:\\"],
  ];
  for (const [path, onWindows] of cases) {
    assertEquals(withSlashes(path, "\\"), onWindows);
    assertEquals(withSlashes(path, "/"), path);
  }
});

Deno.test({
  name: "absolute() starts in the folder",
  ignore: Deno.build.os === "windows",
  fn: () => {
    assertEquals(absolute("/site", "www"), "/site/www");
    assertEquals(absolute("/site", "a\\b"), "/site/a\\b");
    assertEquals(absolute("/site", "/srv/"), "/srv");
  },
});

Deno.test("what is meant as a path of a program", () => {
  assertEquals([isWrittenAsPath("./x", "/"), isWrittenAsPath("./x", "\\")], [true, true]);
  assertEquals([isWrittenAsPath("bin\\x", "/"), isWrittenAsPath("bin\\x", "\\")], [false, true]);
  assertEquals([isWrittenAsPath("php-cgi", "/"), isWrittenAsPath("php-cgi", "\\")], [false, false]);
});
