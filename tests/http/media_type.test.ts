import { assertEquals } from "@std/assert";
import { BEGINNING, typeByContent, typeByName } from "../../lib/http/media_type.ts";

const TEXT = "text/plain; charset=utf-8";
const BYTES = "application/octet-stream";
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("typeByName() knows the web's files", () => {
  const table: [string, string][] = [
    ["index.html", "text/html; charset=utf-8"],
    ["INDEX.HTM", "text/html; charset=utf-8"],
    ["a.css", "text/css; charset=utf-8"],
    ["a.js", "text/javascript; charset=utf-8"],
    ["a.min.mjs", "text/javascript; charset=utf-8"],
    ["a.cjs", "text/javascript; charset=utf-8"],
    ["a.txt", "text/plain; charset=utf-8"],
    ["a.md", "text/markdown; charset=utf-8"],
    ["a.json", "application/json"],
    ["a.map", "application/json"],
    ["a.webmanifest", "application/manifest+json"],
    ["a.wasm", "application/wasm"],
    ["a.xml", "application/xml"],
    ["a.svg", "image/svg+xml"],
    ["a.png", "image/png"],
    ["A.JPG", "image/jpeg"],
    ["a.webp", "image/webp"],
    ["a.avif", "image/avif"],
    ["a.mp4", "video/mp4"],
    ["a.webm", "video/webm"],
    ["a.mp3", "audio/mpeg"],
    ["a.wav", "audio/wav"],
    ["a.flac", "audio/flac"],
    ["a.csv", "text/csv; charset=utf-8"],
    ["a.vtt", "text/vtt; charset=utf-8"],
    ["a.woff2", "font/woff2"],
    ["a.pdf", "application/pdf"],
    ["a.tar.gz", "application/gzip"],
    ["main.rs", "text/plain; charset=utf-8"],
    ["main.py", "text/plain; charset=utf-8"],
  ];
  for (const [name, type] of table) {
    assertEquals(typeByName(name), type, name);
    assertEquals(typeByName(name), type, `${name} again`);
    assertEquals(typeByName(`/srv/v1.html/${name}`), type, `${name} in a folder`);
  }
});

Deno.test("typeByName() knows text files by name", () => {
  for (const name of ["README", "Readme", "LICENSE", "Makefile", "Dockerfile", "CHANGELOG", "a.b/COPYING"]) {
    assertEquals(typeByName(name), "text/plain; charset=utf-8", name);
  }
});

Deno.test("typeByName() leaves anything else to the content", () => {
  const names = [
    "",
    ".",
    "a",
    "a.",
    ".html",
    "dir.html/a",
    "dir/.html",
    "a.unknown",
    "a.constructor",
    "a.__proto__",
  ];
  names.push("a.toString", "a.html ", "a.html\0", "a." + "x".repeat(10_000));
  for (const name of names) {
    const title = name.slice(0, 30);
    assertEquals(typeByName(name), undefined, title);
    assertEquals(typeByContent(name, bytes("text")), TEXT, title);
    assertEquals(typeByContent(name, bytes("te\0t")), BYTES, title);
  }
});

Deno.test("typeByName() stays right past the names that it remembers", () => {
  for (let i = 0; i < 2000; i++) assertEquals(typeByName(`a.zz${i}`), undefined);
  assertEquals(typeByName("a.html"), "text/html; charset=utf-8");
});

Deno.test("source code is text that browsers show, whatever a registry has for its extension", () => {
  const extensions =
    "tsx jsx sh bash toml sql svelte vue rs go py rb pl php yaml yml scss less c h cpp java lua dart kt swift " +
    "diff patch tex tcl bat ps1 srt json5 coffee";
  for (const extension of extensions.split(" ")) {
    assertEquals(typeByName(`/src/a.${extension}`), TEXT, extension);
  }
});

Deno.test("where a name means one thing to developers and another to others, the content tells", () => {
  const table: [string, string][] = [
    ["a.ts", "video/mp2t"],
    ["a.mts", "video/mp2t"],
    ["a.key", "application/vnd.apple.keynote"],
    ["go.mod", BYTES],
  ];
  for (const [name, type] of table) {
    assertEquals(typeByName(name), undefined, name);
    assertEquals(typeByContent(name, bytes("const a = 1;\n")), TEXT, name);
    assertEquals(typeByContent(name, Uint8Array.of(0x47, 0x40, 0x00, 0x10, 0x00)), type, name);
  }
});

Deno.test("a beginning is text if it has no NUL and is UTF-8", () => {
  const table: [string, Uint8Array, string][] = [
    ["nothing", bytes(""), TEXT],
    ["ASCII", bytes("a\tb\r\n"), TEXT],
    ["UTF-8", bytes("ä€💾"), TEXT],
    ["a byte order mark", bytes("\ufeffa"), TEXT],
    ["markup, which is not obeyed", bytes("<script>"), TEXT],
    ["NUL", bytes("a\0"), BYTES],
    ["NUL at the end", bytes("a".repeat(BEGINNING - 1) + "\0"), BYTES],
    ["Latin-1", Uint8Array.of(0x61, 0xe4, 0x62), BYTES],
    ["UTF-16", Uint8Array.of(0xff, 0xfe, 0x61, 0), BYTES],
    ["overlong", Uint8Array.of(0xc0, 0xaf), BYTES],
    ["a short file that ends within a character", bytes("a€").subarray(0, 2), BYTES],
  ];
  for (let cut = 0; cut < 4; cut++) {
    const beginning = bytes("a".repeat(cut) + "€".repeat(BEGINNING)).subarray(0, BEGINNING);
    table.push([`a long file whose beginning is cut after ${cut} and euros`, beginning, TEXT]);
  }
  for (const [what, beginning, type] of table) assertEquals(typeByContent("a", beginning), type, what);
});
