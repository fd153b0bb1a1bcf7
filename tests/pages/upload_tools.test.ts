import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { listingPage } from "../../lib/pages/listing.ts";
import { MANAGE_SCRIPT } from "../../lib/pages/manage/script.ts";
import { uploadTools } from "../../lib/pages/upload_tools.ts";
import { UPLOAD_STYLE } from "../../lib/pages/upload_style.ts";

const tools = (methods: string, limit = Infinity) =>
  uploadTools({ methods: new Set(methods.split(" ")), limit }).tools ?? "";

Deno.test("uploadTools() gives nothing where nothing may be written, and the page is what it was", () => {
  const options = uploadTools({ methods: new Set(["GET", "HEAD"]), limit: 1 });
  assertEquals(options, {});
  assertEquals(listingPage("/a/", [], options), listingPage("/a/", []));
});

Deno.test("uploadTools() gives a form that any browser can send", () => {
  assertStringIncludes(tools("POST PUT DELETE"), `<form method="post" enctype="multipart/form-data">`);
  assertMatch(
    tools("POST"),
    /<label for="files">.*<input type="file" id="files" name="files" multiple required>/,
  );
  assertMatch(tools("POST"), /<button>Upload<\/button>/);
});

Deno.test("uploadTools() hides the form where its POST would be refused", () => {
  assertStringIncludes(tools("PUT"), `enctype="multipart/form-data" hidden>`);
  assert(!tools("GET DELETE").includes("multipart"));
});

Deno.test("uploadTools() tells the script only of what is allowed", () => {
  assertStringIncludes(tools("GET HEAD PUT LOCK MOVE"), ' data-methods="PUT MOVE"');
  assertStringIncludes(tools("PUT PATCH"), " data-small=");
  assert(!tools("PUT").includes("data-small"));
  for (const methods of ["PUT", "MKCOL", "POST MKCOL"]) {
    assert(!tools(methods).includes("webkitdirectory"), methods);
  }
  assertStringIncludes(tools("PUT MKCOL"), "webkitdirectory");
  assert(!tools("PUT POST DELETE").includes("New folder"));
});

Deno.test("uploadTools() tells of the limit, if there is one", () => {
  assertStringIncludes(tools("PUT", 3 * 1024 ** 2), ` data-max="3145728"`);
  assertStringIncludes(tools("PUT", 3 * 1024 ** 2), "up to 3.0 MiB");
  assert(!/data-max|up to|at most/.test(tools("PUT")));
});

Deno.test("the tools need nothing from elsewhere, and no name is in them", () => {
  const page = listingPage("/a/", [], uploadTools({ methods: new Set(["PUT", "POST", "DELETE"]), limit: 1 }));
  assert(!/<link (?!rel="icon" href=data:,>)|src=|@import/.test(page));
  assertEquals(page.replaceAll("http://www.w3.org/2000/svg", "").match(/https?:/), null);
  assertEquals(page.match(/<style/g)?.length, 1);
});

Deno.test("the script ends where it should and writes no markup but its own", () => {
  new Function(MANAGE_SCRIPT);
  assert(!/<\/|<!--/.test(MANAGE_SCRIPT));
  assert(!/innerHTML|outerHTML|document\.write|eval/.test(MANAGE_SCRIPT));
  // What is put in as markup is constant.
  for (const [call] of MANAGE_SCRIPT.matchAll(/insertAdjacentHTML\(.*?\)/g)) {
    assertMatch(call, /^insertAdjacentHTML\("beforeend", ("[^"]*"|'[^']*')\)$/);
  }
});

Deno.test("script and style of the tools are below 40 KB", () => {
  assertLess(new TextEncoder().encode(MANAGE_SCRIPT + UPLOAD_STYLE).length, 40_000);
});
