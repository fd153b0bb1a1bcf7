import { assert, assertEquals } from "@std/assert";
import { cleanFileName, isStorableName } from "../../lib/http/file_names.ts";
import { Random } from "../../scripts/fuzz/random.ts";
import { assertLinear, hostile } from "../support/linear.ts";

const utf8Length = (text: string) => new TextEncoder().encode(text).length;

function check(rows: [raw: string, expected: string | undefined][]): void {
  for (const [raw, expected] of rows) assertEquals(cleanFileName(raw), expected, JSON.stringify(raw));
}

Deno.test("cleanFileName() leaves good names as they are", () => {
  const good = [
    "a",
    "photo.jpg",
    "My file (1).tar.gz",
    "grün.png",
    "日本.txt",
    "😀.gif",
    "a..b",
    "a-._~b",
    "100%",
    "a'b",
  ];
  good.push(
    "👩‍👩‍👧.png",
    "❤️",
    "~backup",
    "-rf",
    "#1&2=3;4",
    "console.log",
    "com10",
    "nullable.txt",
    "auxiliary",
    "a b",
  );
  check(good.map((name) => [name, name]));
});

Deno.test("cleanFileName() keeps the base name only", () => {
  check([
    ["dir/a.txt", "a.txt"],
    ["/etc/passwd", "passwd"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\me\\a.txt", "a.txt"],
    ["C:a.txt", "a.txt"],
    ["c:/a.txt", "a.txt"],
    ["\\\\server\\share\\a.txt", "a.txt"],
    ["a\\b/c", "c"],
    ["a/b\\c", "c"],
    ["..\\a", "a"],
    ["dir/", undefined],
    ["dir\\", undefined],
    ["C:", undefined],
    ["C:\\", undefined],
    ["a/..", undefined],
    ["a/.", undefined],
  ]);
});

Deno.test("cleanFileName() lets no dot through at the start and none at the end", () => {
  check([
    [".", undefined],
    ["..", undefined],
    ["...", undefined],
    ["", undefined],
    [" ", undefined],
    [" . . ", undefined],
    [".htaccess", "htaccess"],
    ["..a", "a"],
    [" .a", "a"],
    [". .a", "a"],
    [".webserv-upload-1", "webserv-upload-1"],
    ["\0.a", "a"],
    [".\0.a", "a"],
    ["\u200b.a", "a"],
    ["\ufeff.a", "a"],
    ["\u00ad.\u200d.a", "a"],
    ["\u202e.a", "a"],
    ["\u00a0.a", "a"],
    ["a.", "a"],
    ["a. . ", "a"],
    ["a.txt ", "a.txt"],
    ["a.txt\u00a0", "a.txt"],
    ["a.txt...", "a.txt"],
    ["  a  b  ", "a  b"],
  ]);
});

Deno.test("cleanFileName() removes control characters and what turns the reading direction", () => {
  check([
    ["a\0b.txt", "ab.txt"],
    ["a\r\nb\tc\x7f\x9b", "abc"],
    ["photo\u202egnp.exe", "photognp.exe"],
    ["\u2066a\u2069\u200e\u200f\u061c", "a"],
    ["a\u2028b\u2029", "ab"],
    ["..\0/..\0/a", "a"],
    ["a.txt\0.jpg", "a.txt.jpg"],
    ["\0", undefined],
    ["\u202e", undefined],
    [".\u202e.", undefined],
  ]);
});

Deno.test("cleanFileName() replaces what Windows forbids", () => {
  check([
    ['a<b>c:d"e|f?g*h', "a_b_c_d_e_f_g_h"],
    ["a.txt:stream", "a.txt_stream"],
    ["a.txt::$DATA", "a.txt__$DATA"],
    ["???", "___"],
    ["con", "_con"],
    ["CON.txt", "_CON.txt"],
    ["nul.tar.gz", "_nul.tar.gz"],
    ["Com1", "_Com1"],
    ["COM¹.log", "_COM¹.log"],
    ["lpt9 .txt", "_lpt9 .txt"],
    ["CONIN$", "_CONIN$"],
    ["CON.", "_CON"],
    [".CON", "_CON"],
    ["aux/prn", "_prn"],
    ["C:\\aux", "_aux"],
    [`nul${"\u00a0".repeat(200)}x.txt`, "_nul.txt"],
  ]);
});

Deno.test("cleanFileName() gives no file the name of our configuration", () => {
  check([
    ["webserv.yaml", "_webserv.yaml"],
    ["WebServ.Yaml", "_WebServ.Yaml"],
    ["/etc/webserv.yaml", "_webserv.yaml"],
    [".webserv.yaml", "_webserv.yaml"],
    ["webserv.yaml. ", "_webserv.yaml"],
    ["webserv\0.yaml", "_webserv.yaml"],
    ["web\u017ferv.yaml", "_web\u017ferv.yaml"],
    ["webserv.\u2060yaml", "_webserv.\u2060yaml"],
    ["webserv.yml", "webserv.yml"],
    ["my.webserv.yaml", "my.webserv.yaml"],
  ]);
});

Deno.test("cleanFileName() normalises to NFC and mends half surrogate pairs", () => {
  check([
    ["gru\u0308n", "grün"],
    ["A\u030a", "Å"],
    ["\u212b", "Å"],
    ["\u1100\u1161", "가"],
    ["u\0\u0308", "ü"],
    ["a\ud800b", "a\ufffdb"],
    ["\udc00.txt", "\ufffd.txt"],
    ["\ude00\ud83d", "\ufffd\ufffd"],
  ]);
});

Deno.test("cleanFileName() shortens to 200 bytes and keeps the extension", () => {
  const a = "a".repeat(300);
  check([
    ["a".repeat(200), "a".repeat(200)],
    [a, "a".repeat(200)],
    [`${a}.txt`, `${"a".repeat(196)}.txt`],
    [`${a}.tar.gz`, `${"a".repeat(197)}.gz`],
    [`a.${a}`, `a.${"a".repeat(198)}`],
    [`${"a".repeat(190)}    .    ${a}.txt`, `${"a".repeat(190)}.txt`],
    [`${"a".repeat(150)}.${a}`, `${"a".repeat(150)}.${"a".repeat(49)}`],
    ["é".repeat(150), "é".repeat(100)],
    [`x${"é".repeat(150)}`, `x${"é".repeat(99)}`],
    [`${"😀".repeat(60)}.jpg`, `${"😀".repeat(49)}.jpg`],
    [`con.${a}`, `_con.${"a".repeat(195)}`],
    [`${"a".repeat(199)}. .${a}`, "a".repeat(199)],
  ]);
});

Deno.test("cleanFileName() gives names that can be stored and stay as they are", () => {
  const random = new Random(99);
  const words = [
    "/",
    "\\",
    ".",
    "..",
    " ",
    "\0",
    "C:",
    ":",
    "con",
    "NUL",
    "a",
    "é",
    "e\u0301",
    "😀",
    "\ud800",
    "\udc00",
  ];
  words.push(
    "\u202e",
    "\u200b",
    "\ufeff",
    "\u00a0",
    "\u0338",
    "<",
    "_",
    "\u1100",
    "\u1161",
    ".txt",
    "~",
    "\u0345",
    "\u2126",
  );
  words.push("webserv", ".yaml", "WEBSERV.YAML", "\u2028");
  words.push(
    "a".repeat(60),
    "é".repeat(60),
    " ".repeat(100),
    "\u3000",
    "\u0315",
    "\u0327",
    ".webserv-upload-",
    "%2e",
    "$",
  );
  let kept = 0;
  for (let round = 0; round < 20_000; round++) {
    const raw = Array.from({ length: random.below(12) }, () => random.pick(words)).join("");
    const name = cleanFileName(raw);
    if (name === undefined) continue;
    kept++;
    const about = JSON.stringify([raw, name]);
    assert(isStorableName(name), about);
    assert(utf8Length(name) <= 200, about);
    assert(!name.startsWith(".") && !/[<>:"|?*]|[. ]$/.test(name), about);
    assertEquals(cleanFileName(name), name, about);
    assertEquals(name.normalize("NFC"), name, about);
  }
  assert(kept > 10_000);
});

Deno.test("isStorableName() takes names that need no mending", () => {
  const good = ["a", "a.txt", "a b", " a", "grün", "gru\u0308n", "a:b", "😀", "a..b", "-", "*"];
  good.push("a".repeat(255), "é".repeat(127), "👩‍👧.png", "console", "com10", "lpt.txt");
  // Fine names where there is no Windows, which refuses them itself.
  good.push("12:30.txt", "What?.mp3", 'say "hi".txt', "a<b>|c", "2*2");
  good.push("my-webserv.yaml", "webserv.yaml.bak", "webserv.yml", "_webserv.yaml", "_con");
  for (const name of good) assert(isStorableName(name), JSON.stringify(name));
});

Deno.test("isStorableName() refuses all others", () => {
  const bad = [
    "",
    ".",
    "..",
    "...",
    ".a",
    ".webserv-upload-x",
    "a/b",
    "/",
    "a\\b",
    "\\",
    "a\0",
    "a\nb",
    "\x7f",
    "a\x85",
    "a.",
    "a ",
    "a. .",
    "a\u00a0",
    "\u200b",
    " \u200b ",
    " ",
    "con",
    "CON",
    "Aux.txt",
    "nul .tar.gz",
    "COM¹",
    "conin$",
    "webserv.yaml",
    "Webserv.YAML",
    "web\u017ferv.yaml",
    "webserv\u200b.yaml",
    "photo\u202egnp.exe",
    "\u2066a\u2069",
    "a\u061c",
    "a\u2028b",
    "a\u2029",
  ];
  bad.push(
    "a".repeat(256),
    "é".repeat(128),
    "a\ud800",
    "\udc00",
    "\u200b.a",
    "\ufeff\u200d.webserv-upload-x",
    "a/",
    "/a",
  );
  for (const name of bad) assert(!isStorableName(name), JSON.stringify(name));
});

Deno.test("cleanFileName() and isStorableName() take linear time for hostile names", () => {
  const middles = [" ", ".", " .", ". x", "/", "\\", "\u200b", "con ", "a.", "\u0301", "\ud800"].map(hostile);
  const names = middles.flatMap((middle) => [middle, `a${middle}b`, `a${middle}b.txt`]);
  assertLinear(() => {
    for (const raw of names) {
      const name = cleanFileName(raw);
      assert(name === undefined || isStorableName(name), raw.slice(0, 20));
      isStorableName(raw);
    }
  });
});
