import { assertEquals } from "@std/assert";
import { diskNamesOf, isMisspelt, resolvedFormOf } from "../../lib/http/disk_names.ts";

const windows = diskNamesOf("windows")!, macos = diskNamesOf("darwin")!;

Deno.test("on Linux each name is its own", () => assertEquals(diskNamesOf("linux"), undefined));

const ANOTHER_ON_WINDOWS = [
  "/x.php.",
  "/x.php..",
  "/x.php ",
  "/x.php. .",
  "/folder./x.php",
  "/folder /x.php",
  "/x.php::$DATA",
  "/x.php:stream",
  "/folder:$I30:$INDEX_ALLOCATION/x.php",
  "/C:/Windows",
  "/CON",
  "/con",
  "/a/NUL",
  "/a/nul.txt",
  "/nul .txt",
  "/aux.tar.gz",
  "/COM1",
  "/com¹",
  "/LPT9.log",
  "/CONIN$",
  "/conout$.x",
  "/prn/a",
  "/PROGRA~1",
  "/HTACCE~1",
  "/x~1.php",
  "/ABCDEF~1.PHP",
  "/a/FO3A2B~1/x",
  "/x<.php",
  "/x>php",
  '/x"php',
  "/x?",
  "/x*",
  "/x|y",
  "/x\\y",
  "/x\u0001y",
];

const FINE_ON_WINDOWS = [
  "",
  "/",
  "/a/",
  "/index.html",
  "/.well-known/x",
  "/console",
  "/com",
  "/com10",
  "/nulls.txt",
  "/auxiliary/x.php",
  "/a b/c d.txt",
  "/.x",
  "/~user/x",
  "/backup~",
  "/a long name~1.txt",
  "/x.tar~1",
  "/Ünïcode.html",
];

Deno.test("Windows: names that mean another file, or a device", () => {
  for (const path of ANOTHER_ON_WINDOWS) assertEquals(windows.meansAnother(path), true, path);
  for (const path of FINE_ON_WINDOWS) assertEquals(windows.meansAnother(path), false, path);
});

Deno.test("macOS: no name means another but by its spelling", () => {
  for (const path of [...ANOTHER_ON_WINDOWS, ...FINE_ON_WINDOWS]) {
    assertEquals(macos.meansAnother(path), false, path);
  }
});

Deno.test("one text for all that a disk may take for the same", () => {
  const pairs: [string, string][] = [
    ["/A/B.PHP", "/a/b.php"],
    ["/ſecret", "/SECRET"],
    ["/\u212Aey", "/key"],
    ["/STRASSE", "/stra\u00dfe"],
    ["/\u00c9", "/\u00e9"],
  ];
  for (const [one, other] of pairs) {
    assertEquals(windows.fold(one), windows.fold(other), one);
    assertEquals(macos.fold(one), macos.fold(other), one);
  }
  assertEquals(macos.fold("/e\u0301"), macos.fold("/\u00c9"));
  assertEquals(macos.fold("/x.p\u200chp"), macos.fold("/X.PHP"));
  // NTFS tells them apart.
  assertEquals(windows.fold("/e\u0301") === windows.fold("/\u00e9"), false);
});

Deno.test("misspelt is what differs from the disk's own name by its case alone", () => {
  const cases: [asked: string, real: string, onWindows: boolean, onMacos: boolean][] = [
    ["/a/x.php", "/a/x.php", false, false],
    ["/a/x.php", "\\a\\x.php", false, false],
    ["/a/X.PHP", "\\a\\x.php", true, true],
    ["/A/x.php", "/a/x.php", true, true],
    ["", "", false, false],
    // A link has led there.
    ["/link/x", "/elsewhere/x", false, false],
    ["/link/X", "/elsewhere/x", true, true],
    ["/x", "/deep/below/x", false, false],
    // The other form of the same letters.
    ["/\u00e9", "/e\u0301", false, false],
    ["/\u00c9", "/e\u0301", false, true],
    ["/x.p\u200chp", "/x.php", false, true],
  ];
  for (const [asked, real, onWindows, onMacos] of cases) {
    assertEquals(isMisspelt(windows, asked, real), onWindows, `Windows: ${asked} ${real}`);
    assertEquals(isMisspelt(macos, asked, real), onMacos, `macOS: ${asked} ${real}`);
  }
});

Deno.test("resolved paths have slashes on every system", () => {
  const cases: [path: string, onWindows: string][] = [
    ["C:\\site\\a.html", "C:/site/a.html"],
    ["\\\\server\\share\\x", "//server/share/x"],
    ["C:\\", "C:/"],
  ];
  for (const [path, onWindows] of cases) {
    assertEquals(resolvedFormOf("windows")(path), onWindows);
    assertEquals(resolvedFormOf("linux")(path), path);
    assertEquals(resolvedFormOf("darwin")(path), path);
  }
});

Deno.test("whatever is one without case in any way is one, for every character", () => {
  const windows = diskNamesOf("windows")!;
  for (let code = 0x20; code <= 0x1ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const one = String.fromCodePoint(code), folded = windows.fold(one);
    for (const other of [one.toLowerCase(), one.toUpperCase(), one.toUpperCase().toLowerCase()]) {
      assertEquals(windows.fold(other), folded, code.toString(16));
    }
  }
});
