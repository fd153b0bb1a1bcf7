import { assertEquals, assertMatch } from "@std/assert";
import { decodePath, decodePathForProgram, encodePath } from "../../lib/http/path.ts";
import { assertLinear, hostile, HOSTILE_LENGTH } from "../support/linear.ts";

function check(rows: [raw: string, expected: string][]): void {
  for (const [raw, expected] of rows) assertEquals<string>(decodePath(raw), expected, raw.slice(0, 60));
}

Deno.test("decodePath() leaves plain paths as they are", () => {
  const plain = [
    "/",
    "/a",
    "/a/",
    "/a/b.html",
    "/a.b/c..d/e.",
    "/~x/@y:z",
    "/a;b=c,d!$&'()*+",
    "/a..",
  ];
  check(plain.map((path) => [path, path]));
});

Deno.test("decodePath() decodes exactly once", () => {
  check([
    ["/a%20b", "/a b"],
    ["/%41%2d%7e", "/A-~"],
    ["/caf%C3%A9", "/café"],
    ["/%F0%9F%98%80", "/😀"],
    ["/%EF%BB%BFa", "/\ufeffa"],
    ["/%252e%252e/a", "/%2e%2e/a"],
    ["/%252F", "/%2F"],
    ["/%2500", "/%00"],
    ["/100%25", "/100%"],
    ["/a%3Fb%23c", "/a?b#c"],
    ["/a%0Ab", "/a\nb"],
    ["/a+b", "/a+b"],
  ]);
});

Deno.test("decodePath() refuses what cannot be decoded", () => {
  const bad = [
    "",
    "a",
    "*",
    "a/b",
    "\\",
    "/%",
    "/%4",
    "/%zz",
    "/%4g",
    "/%%41",
    "/a%00",
    "/%00",
    "/a%2fb",
    "/a%2Fb",
  ];
  bad.push("/%2f..%2f", "/a%5cb", "/a%5Cb", "/a\\b", "/..\\..", "/%ff", "/%C3", "/%C3/%A9", "/%80");
  // Overlong slash and dot, half a surrogate pair, past the last code point.
  bad.push("/%C0%AF", "/%C0%AE%C0%AE/a", "/%E0%80%AF", "/%ED%A0%80", "/%F4%90%80%80", "/%u002e");
  // Never part of a target, even if a parser let them through.
  bad.push("/a b", "/a\0", "/a\nb", "/a\x7f", "/é", "/\uff0e\uff0e/a", " /a");
  check(bad.map((raw) => [raw, "malformed"]));
});

Deno.test("decodePath() reports a bad escape before a path that leaves the root", () => {
  check([["/../%zz", "malformed"], ["/.git/%2f", "malformed"]]);
});

Deno.test("decodePath() removes dot segments however they are written", () => {
  check([
    ["/a/../b", "/b"],
    ["/a/..", "/"],
    ["/a/../", "/"],
    ["/a/.", "/a/"],
    ["/a/./", "/a/"],
    ["/.", "/"],
    ["/./a", "/a"],
    ["/a/b/..", "/a/"],
    ["/a/b/../../c", "/c"],
    ["/a/%2e%2e/b", "/b"],
    ["/a/%2E./b", "/b"],
    ["/a/.%2e", "/"],
    ["/a/%2e", "/a/"],
  ]);
});

Deno.test("decodePath() refuses a path that leaves the root", () => {
  const outside = [
    "/..",
    "/../",
    "/../a",
    "/a/../..",
    "/a/../../a",
    "/%2e%2e",
    "/%2e%2e/etc/passwd",
    "/.%2E/a",
  ];
  outside.push("/./../a", "//../a", "/a//../../b", "/" + "../".repeat(30) + "etc/passwd", "/a/../../a/../b");
  check(outside.map((raw) => [raw, "outside"]));
});

Deno.test("decodePath() merges empty segments", () => {
  check([
    ["//", "/"],
    ["//x", "/x"],
    ["///x//y///", "/x/y/"],
    ["//evil.example/a", "/evil.example/a"],
    ["/a//../b", "/b"],
    ["/a/.//b", "/a/b"],
  ]);
});

Deno.test("decodePath() refuses hidden segments", () => {
  const hidden = [
    "/.git",
    "/.git/config",
    "/a/.env",
    "/%2egit",
    "/a/%2Eenv",
    "/...",
    "/a/.../b",
    "/..a",
    "/.a/",
  ];
  hidden.push(
    "/a/.well-known/b",
    "/.well-knownx",
    "/.well-known/.git",
    "/.well-known/a/.b",
    "/.Well-Known/a",
  );
  hidden.push("//.git", "/a/../.git", "/.well-known/../.git", "/.%20");
  check(hidden.map((raw) => [raw, "outside"]));
  check([
    ["/.well-known", "/.well-known"],
    ["/.well-known/", "/.well-known/"],
    ["/.well-known/acme/x", "/.well-known/acme/x"],
    ["/%2ewell-known/x", "/.well-known/x"],
    ["/a/../.well-known/x", "/.well-known/x"],
    // It names nothing that is opened: only the normalised path counts.
    ["/.git/../a", "/a"],
  ]);
});

Deno.test("decodePath() takes linear time for hostile paths", () => {
  const segments = HOSTILE_LENGTH / 5;
  assertLinear(() =>
    check([
      [hostile("/"), "/"],
      [hostile("/a/.."), "/"],
      ["/a".repeat(segments) + "/..".repeat(segments + 1), "outside"],
      ["/%41".repeat(segments), "/A".repeat(segments)],
      ["/" + hostile("%"), "malformed"],
      ["/" + hostile("."), "outside"],
    ])
  );
});

Deno.test("encodePath() keeps pchar and encodes the rest", () => {
  const table: [string, string][] = [
    ["/", "/"],
    ["", ""],
    ["/a/b.c", "/a/b.c"],
    ["/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@"],
    ["/a b", "/a%20b"],
    ["/100%", "/100%25"],
    ["/%2e", "/%252e"],
    ["/a?b#c", "/a%3Fb%23c"],
    ['/<"[]{}|\\^`>', "/%3C%22%5B%5D%7B%7D%7C%5C%5E%60%3E"],
    ["/café/😀", "/caf%C3%A9/%F0%9F%98%80"],
    ["/a\r\nX: y", "/a%0D%0AX:%20y"],
    ["/\ud800", "/%EF%BF%BD"],
    ["a b", "a%20b"],
  ];
  for (const [decoded, expected] of table) assertEquals(encodePath(decoded), expected, decoded);
});

Deno.test("encodePath() never names another host or a scheme", () => {
  assertEquals(encodePath("//evil.example/a"), "/evil.example/a");
  assertEquals(encodePath("////evil.example"), "/evil.example");
  assertEquals(encodePath("//é"), "/%C3%A9");
  assertEquals(encodePath("/\\evil.example"), "/%5Cevil.example");
  assertEquals(encodePath("javascript:alert(1)"), "javascript%3Aalert(1)");
  assertEquals(encodePath("a:b/c:d"), "a%3Ab/c:d");
});

Deno.test("decodePath() gives back what encodePath() was given", () => {
  // All but NUL, slash, backslash and a leading dot may be in a name.
  for (let code = 1; code < 0x2100; code++) {
    const character = String.fromCharCode(code);
    if (character === "/" || character === "\\") continue;
    const path = `/x${character}/${character === "." ? "y" : character}y${character}`;
    const encoded = encodePath(path);
    assertMatch(encoded, /^\/(?!\/)(?:[A-Za-z0-9._~!$&'()*+,;=:@\/-]|%[0-9A-F]{2})*$/);
    assertEquals<string>(decodePath(encoded), path);
  }
});

Deno.test("decodePathForProgram() takes what is no path to a file, and says how far it may name one", () => {
  for (
    const [raw, path, namesEnd, hasEncodedSlash] of [
      ["/a/.b", "/a/.b", 2, false],
      ["/a/%2eb/", "/a/.b/", 2, false],
      ["/.a", "/.a", 0, false],
      ["/a//b/../.c/d", "/a/.c/d", 2, false],
      ["/.well-known/.a", "/.well-known/.a", 12, false],
      ["/a/.well-known", "/a/.well-known", 2, false],
      ["/a/b%2fc", "/a/b/c", 2, true],
      ["/a%2Fb/.c/..", "/a/b/", 0, true],
      ["/%C3%BC/%2F%2F/", "/ü////", 2, true],
    ] as const
  ) assertEquals(decodePathForProgram(raw), { path, namesEnd, hasEncodedSlash }, raw);
});

Deno.test("decodePathForProgram() takes nothing that decodePath() takes, or that leads anywhere else", () => {
  const plain = ["/", "/a/b", "/.well-known/x", "/a/../b", "/a/.b/.."];
  for (const raw of plain) assertEquals([raw, typeof decodePath(raw)], [raw, "string"]);
  const refused =
    "a/.b /.a%00 /.a%5cb /.a\\b /.a% /.a%ff /../.a /.a/../.. /.a%2F../b /.a%2F.. /..%2Fa /a/.%2Fb /.webserv/x /.a\x7f"
      .split(" ");
  for (const raw of [...plain, ...refused]) {
    assertEquals([raw, decodePathForProgram(raw)], [raw, undefined]);
  }
});
