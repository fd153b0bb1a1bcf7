import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { listingPage } from "../../lib/pages/listing.ts";
import { UPLOAD_SCRIPT, uploadTools } from "../../lib/pages/upload_tools.ts";
import { UPLOAD_STYLE } from "../../lib/pages/upload_style.ts";

const tools = (methods: string, limit = Infinity) =>
  uploadTools({ methods: new Set(methods.split(" ")), limit }).tools ?? "";

/** Without the script, which speaks of everything. */
const markup = (methods: string, limit?: number) => tools(methods, limit).replace(UPLOAD_SCRIPT, "");

Deno.test("uploadTools() gives nothing where nothing may be written, and the page is what it was", () => {
  const options = uploadTools({ methods: new Set(["GET", "HEAD"]), limit: 1 });
  assertEquals(options, {});
  assertEquals(listingPage("/a/", [], options), listingPage("/a/", []));
});

Deno.test("uploadTools() gives a form that any browser can send", () => {
  assertStringIncludes(markup("POST PUT DELETE"), `<form method="post" enctype="multipart/form-data">`);
  assertMatch(
    markup("POST"),
    /<label for="files">.*<input type="file" id="files" name="files" multiple required>/,
  );
  assertMatch(markup("POST"), /<button>Upload<\/button>/);
});

Deno.test("uploadTools() hides the form where its POST would be refused", () => {
  assertStringIncludes(markup("PUT"), `enctype="multipart/form-data" hidden>`);
  assert(!markup("GET DELETE").includes("multipart"));
});

Deno.test("uploadTools() tells the script only of what is allowed", () => {
  assertStringIncludes(markup("PUT"), " data-put");
  assert(!markup("POST DELETE").includes("data-put"));
  assertStringIncludes(markup("DELETE"), "<dialog");
  assert(!markup("POST PUT").includes("<dialog"));
});

Deno.test("uploadTools() tells of the limit, if there is one", () => {
  assertStringIncludes(markup("PUT", 3 * 1024 ** 2), ` data-max="3145728"`);
  assertStringIncludes(markup("PUT", 3 * 1024 ** 2), "up to 3.0 MiB");
  assert(!/data-max|up to|at most/.test(markup("PUT")));
});

Deno.test("the tools need nothing from elsewhere, and no name is in them", () => {
  const page = listingPage("/a/", [], uploadTools({ methods: new Set(["PUT", "POST", "DELETE"]), limit: 1 }));
  assert(!/<link (?!rel="icon" href=data:,>)|src=|@import/.test(page));
  assertEquals(page.replaceAll("http://www.w3.org/2000/svg", "").match(/https?:/), null);
  assertEquals(page.match(/<style/g)?.length, 1);
});

Deno.test("the script ends where it should and writes no markup but its own", () => {
  new Function(UPLOAD_SCRIPT);
  assert(!/<\/|<!--/.test(UPLOAD_SCRIPT));
  assert(!/innerHTML|outerHTML|document\.write|eval/.test(UPLOAD_SCRIPT));
  // What is put in as markup is constant.
  for (const [call] of UPLOAD_SCRIPT.matchAll(/insertAdjacentHTML\(.*?\)/g)) {
    assertMatch(call, /^insertAdjacentHTML\("beforeend", (?:canGo \? )?"[^"]*"(?: : "[^"]*")?\)$/);
  }
});

Deno.test("script and style of the tools are below 12 KB", () => {
  assertLess(new TextEncoder().encode(UPLOAD_SCRIPT + UPLOAD_STYLE).length, 12_000);
});
