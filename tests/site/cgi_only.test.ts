/**
 * cgi_only: whatever leads there, nothing but programs is answered.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { site, type SiteFile } from "../support/site.ts";

const SECRET = "what a program keeps";

const FILES: Readonly<Record<string, SiteFile>> = {
  "bin/form.py": "source",
  "bin/form.py~": SECRET,
  "bin/form.py.bak": SECRET,
  "bin/guestbook.json": SECRET,
  "bin/config.inc": SECRET,
  "bin/README": SECRET,
  "bin/own.cgi": { executable: "source" },
  "bin/dull.cgi": "source",
  "bin/index.html": SECRET,
  "bin/app/index.py": "source",
  "bin/data/x.txt": SECRET,
  "root/a.txt": "text",
  "up/note.txt": "note",
};

const KEYS = "alias: bin, autoindex: on, index: [index.html, index.py], cgi: { .py: python3, .cgi: true }";

/** A target and what is answered: with cgi_only, and without. */
const CASES: readonly (readonly [target: string, only: string, otherwise: string])[] = [
  ["/run/form.py", "200 ran /run/form.py", "200 ran /run/form.py"],
  ["/run/form.py/more?q", "200 ran /run/form.py/more?q", "200 ran /run/form.py/more?q"],
  ["/run/own.cgi", "200 ran /run/own.cgi", "200 ran /run/own.cgi"],
  ["/run/dull.cgi", "403", "403"],
  ["/run/form.py~", "404", `200 ${SECRET}`],
  ["/run/form.py.bak", "404", `200 ${SECRET}`],
  ["/run/guestbook.json", "404", `200 ${SECRET}`],
  ["/run/config.inc", "404", `200 ${SECRET}`],
  ["/run/README", "404", `200 ${SECRET}`],
  ["/run/none.txt", "404", "404"],
  ["/run", "301", "301"],
  ["/run/", "404", `200 ${SECRET}`],
  ["/run/app", "301", "301"],
  ["/run/app/", "200 ran /run/app/index.py", "200 ran /run/app/index.py"],
  ["/run/data", "404", "301"],
  ["/run/data/x.txt", "404", `200 ${SECRET}`],
];

for (const only of [true, false]) {
  Deno.test(`what is beside programs is ${only ? "404 with" : "sent without"} cgi_only`, async () => {
    const { get } = site(
      `servers: [{ root: root, locations: { /run/: { ${KEYS}${only ? ", cgi_only: on" : ""} } } }]`,
      FILES,
    );
    for (const [target, ...expected] of CASES) {
      const answer = await get(target), [wanted] = only ? expected : expected.slice(1);
      assertEquals(wanted!.length === 3 ? answer.slice(0, 3) : answer, wanted, target);
    }
  });
}

Deno.test("no internal redirect leads to what is beside programs", async () => {
  const { get } = site(
    `
servers:
  - root: root
    cgi: { .py: python3 }
    cgi_only: on
    locations:
      /run/: { alias: bin }
      /tries/: { alias: bin, try_files: [$uri, /run/config.inc] }
      /fixed/: { alias: bin, try_files: [/run/config.inc, =410] }
      /page/: { alias: none, error_page: { 404: /run/guestbook.json } }
      /index/: { alias: bin, index: [config.inc] }
      /one: { alias: bin/config.inc }
      /plain/: { cgi: {} }
      /up/: { upload_store: up }
`,
    FILES,
  );
  for (const target of ["/tries/guestbook.json", "/tries/none", "/fixed/x", "/page/x", "/index/", "/one"]) {
    const answer = await get(target);
    assertEquals([target, answer.slice(0, 3), answer.includes(SECRET)], [target, "404", false]);
  }
  assertEquals(await get("/a.txt").then((answer) => answer.slice(0, 3)), "404");
  assertEquals(await get("/tries/form.py"), "200 ran /tries/form.py");
  // Where cgi is not inherited, or taken back, there is nothing that would be the only one.
  assertEquals(await get("/up/note.txt"), "200 note");
});

Deno.test("POST to what is beside programs is 404 as well", async () => {
  const { ask } = site(`servers: [{ root: root, locations: { /run/: { ${KEYS}, cgi_only: on } } }]`, FILES);
  assertEquals((await ask("/run/config.inc", { method: "POST", body: "x" })).status, 404);
});
