import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import type { FolderEntry } from "../../lib/http/origin.ts";
import { listingPage, resultsPage } from "../../lib/pages/listing.ts";
import { viewOf } from "../../lib/pages/listing/view.ts";
import { formatSize } from "../../lib/pages/size.ts";

const file = (name: string, size = 1, modified = 0): FolderEntry => ({ name, kind: "file", size, modified });
const folder = (name: string): FolderEntry => ({ name, kind: "directory", size: 4096, modified: 0 });
/** Without the scripts, which speak of everything. */
const markup = (page: string) => page.replaceAll(/<script[^]*?<\/script>/g, "");
const hrefs = (page: string) => [...markup(page).matchAll(/href="([^"]*)"/g)].map((match) => match[1]);
const rows = (page: string) => page.split("\n").filter((line) => line.startsWith("<tr class"));

/** Where a link on the page leads, as a browser takes it. */
const leads = (href: string | undefined, path: string) => {
  const url = new URL((href ?? "").replaceAll("&#39;", "'"), `http://127.0.0.1:8080${path}`);
  assertEquals(url.origin, "http://127.0.0.1:8080");
  return decodeURIComponent(url.pathname);
};

Deno.test("listingPage() is a complete document that names the folder", () => {
  const page = listingPage("/files/", [file("a.txt")]);
  assertMatch(page, /^<!DOCTYPE html>\n<html lang="en">/);
  assertMatch(page, /<\/html>\n$/);
  assertStringIncludes(page, "<title>Index of /files/</title>");
  assertStringIncludes(page, "<caption>1 file</caption>");
  assertEquals(page.match(/scope="col"/g)?.length, 4);
});

Deno.test("listingPage() keeps the order given", () => {
  const page = listingPage("/", [folder("z"), file("b"), file("a")]);
  assertEquals(hrefs(page), ["/", "./z/", "./b", "./a"]);
});

Deno.test("listingPage() gives folders a trailing slash and no size", () => {
  const [row] = rows(listingPage("/", [folder("photos")]));
  assertStringIncludes(row ?? "", `<a href="./photos/">photos/</a></th><td></td><td></td>`);
});

Deno.test("listingPage() shows size and time of a file", () => {
  const [row] = rows(listingPage("/", [file("a", 1536, Date.UTC(2025, 2, 9, 7, 5, 59, 999))]));
  assertStringIncludes(row ?? "", "<td data-n=1536>1.5 KiB</td>");
  assertStringIncludes(row ?? "", `<time datetime="2025-03-09T07:05:59Z">2025-03-09 07:05 UTC</time>`);
});

Deno.test("listingPage() leaves out a time that is none", () => {
  for (const entry of [file("a", 1, NaN), { ...folder("a"), modified: undefined }]) {
    const [row] = rows(listingPage("/", [entry]));
    assertStringIncludes(row ?? "", "<td></td></tr>");
  }
});

Deno.test("listingPage() makes names with markup harmless", () => {
  for (
    const name of [
      "<img src=x onerror=alert(1)>",
      `"&'`,
      `" onmouseover="x`,
      "'><script>x</script>",
      "</table>",
    ]
  ) {
    const page = markup(listingPage("/", [file(name)]));
    const [row] = rows(page);
    const text = /<a [^>]*>(.*?)<\/a>/.exec(row ?? "")?.[1] ?? "";
    assert(!/[<>"']/.test(text), text);
    assertEquals(leads(hrefs(page)[1], "/"), `/${name}`);
    assert(!page.includes("<img") && !page.includes("<script"));
  }
});

Deno.test("listingPage() never lets a name become a scheme, a host, a query or a fragment", () => {
  for (
    const name of [
      "a:b",
      "javascript:alert(1)",
      "//x",
      "a?b#c",
      "100%",
      "%2e%2e",
      "ä ö",
      "💾",
      "a;b=c",
    ]
  ) {
    for (const entry of [file(name), folder(name)]) {
      const page = listingPage("/files/", [entry]);
      const href = hrefs(page).at(-1);
      assertMatch(href ?? "", /^\.\/[^:/?#]*\/?$/);
      assertEquals(leads(href, "/files/"), `/files/${name}${entry.kind === "directory" ? "/" : ""}`);
    }
  }
});

Deno.test("listingPage() bears a name that is not well-formed Unicode", () => {
  assertStringIncludes(listingPage("/", [file("a\ud800b")]), `<a>a\ud800b</a>`);
});

Deno.test("listingPage() shows control characters and turned writing as they are not", () => {
  const page = listingPage("/a\u202eb/", [file("a\u202egpj.exe"), file("b\n\u0000c")]);
  assert(!page.includes("\u202e") && !page.includes("\0"));
  assertStringIncludes(page, ">a\ufffdgpj.exe</a>");
  assertStringIncludes(page, `href="./b%0A%00c">b\ufffd\ufffdc</a>`);
});

Deno.test("listingPage() links every part of the path", () => {
  const page = listingPage("/files/two words/<b>&ü/", [file("a")]);
  assertEquals(hrefs(page).slice(0, 4), [
    "/",
    "/files/",
    "/files/two%20words/",
    "/files/two%20words/%3Cb%3E%26%C3%BC/",
  ]);
  assertStringIncludes(page, `aria-current="page">&lt;b&gt;&amp;ü</a>`);
  assertStringIncludes(page, "<title>Index of /files/two words/&lt;b&gt;&amp;ü/</title>");
});

Deno.test("listingPage() has a parent link, but not at the top", () => {
  assertStringIncludes(listingPage("/files/", []), `<a href="../">Parent folder</a>`);
  assert(!listingPage("/", [file("a")]).includes("../"));
});

Deno.test("listingPage() never starts a link of the path with two slashes", () => {
  assertEquals(hrefs(listingPage("//x//y/", []))[2], "/x/y/");
});

Deno.test("listingPage() says that a folder is empty", () => {
  assertStringIncludes(listingPage("/files/", []), "This folder is empty.");
  assertStringIncludes(listingPage("/", []), "This folder is empty.");
  assert(!listingPage("/", []).includes("<table"));
  assert(!listingPage("/", [file("a")]).includes("This folder is empty."));
});

Deno.test("listingPage() counts folders and files apart", () => {
  const caption = (entries: FolderEntry[]) => /<caption>(.*?)</.exec(listingPage("/", entries))?.[1];
  assertEquals(caption([folder("a"), file("b"), file("c")]), "1 folder, 2 files");
  assertEquals(caption([folder("a"), folder("b")]), "2 folders");
  assertEquals(caption([file("b")]), "1 file");
});

Deno.test("listingPage() chooses the icon by kind and extension", () => {
  const names = ["A.PNG", "a.webm", "a.mp3", "a.md", "a.tar.gz", "a.bin", "README", "png", ".svg"];
  const classes = rows(listingPage("/", [folder("a.png"), ...names.map((name) => file(name))]))
    .map((row) => /class="(.)"/.exec(row)?.[1]);
  assertEquals(classes.join(""), "divatzooo" + "i");
});

Deno.test("listingPage() puts the tools above the table", () => {
  const page = listingPage("/", [file("a")], { tools: "<form></form>\n" });
  assert(page.indexOf("<form>") > page.indexOf("</nav>"));
  assert(page.indexOf("<form>") < page.indexOf("<table>"));
});

Deno.test("listingPage() needs nothing from elsewhere, and has no handler or style within its markup", () => {
  const page = listingPage("/", [file("a")]);
  assert(!/<link (?!rel="icon" href=data:,>)|\ssrc=/.test(markup(page)));
  assert(!/\son\w+=|\sstyle=/.test(markup(page)));
  assertEquals(page.replaceAll("http://www.w3.org/2000/svg", "").match(/https?:/), null);
});

Deno.test("listingPage() adds less than 200 bytes to the names of a row", () => {
  const entries = Array.from(
    { length: 10_000 },
    (_, i) => file(`name${String(i).padStart(4, "0")}.txt`, i * 997, i),
  );
  const bytes = new TextEncoder().encode(listingPage("/many/", entries)).length;
  assertLess(bytes / entries.length - 2 * "name0000.txt".length, 200);
});

Deno.test("formatSize() speaks of bytes, KiB, MiB and so on", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [102_348, "99.9 KiB"],
    [102_400, "100 KiB"],
    [1024 ** 2 - 1, "1.0 MiB"],
    [1024 ** 2, "1.0 MiB"],
    [5.25 * 1024 ** 3, "5.3 GiB"],
    [3 * 1024 ** 4, "3.0 TiB"],
    [2 ** 53 - 1, "8.0 PiB"],
  ];
  for (const [bytes, expected] of cases) assertEquals(formatSize(bytes), expected);
});

Deno.test("a page of results claims no order: they come as they are found", () => {
  const page = resultsPage("/a/", { ...viewOf("sort=-size"), search: "x" });
  const row = page.row(file("x"), true);
  assertStringIncludes(row, "<thead>");
  assertEquals(row.match(/aria-sort/), null);
});
