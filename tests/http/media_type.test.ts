import { assertEquals } from "@std/assert";
import { contentTypeOf } from "../../lib/http/media_type.ts";

Deno.test("contentTypeOf() knows the web's files", () => {
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
    ["a.woff2", "font/woff2"],
    ["a.pdf", "application/pdf"],
    ["a.tar.gz", "application/gzip"],
    ["main.rs", "text/plain; charset=utf-8"],
    ["main.py", "text/plain; charset=utf-8"],
  ];
  for (const [name, type] of table) {
    assertEquals(contentTypeOf(name), type, name);
    assertEquals(contentTypeOf(name), type, `${name} again`);
    assertEquals(contentTypeOf(`/srv/v1.html/${name}`), type, `${name} in a folder`);
  }
});

Deno.test("contentTypeOf() knows text files by name", () => {
  for (const name of ["README", "Readme", "LICENSE", "Makefile", "Dockerfile", "CHANGELOG", "a.b/COPYING"]) {
    assertEquals(contentTypeOf(name), "text/plain; charset=utf-8", name);
  }
});

Deno.test("contentTypeOf() takes anything else for bytes", () => {
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
  for (const name of names) assertEquals(contentTypeOf(name), "application/octet-stream", name.slice(0, 30));
});

Deno.test("contentTypeOf() stays right past the names that it remembers", () => {
  for (let i = 0; i < 2000; i++) assertEquals(contentTypeOf(`a.zz${i}`), "application/octet-stream");
  assertEquals(contentTypeOf("a.html"), "text/html; charset=utf-8");
});
