import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const PROGRAMS = join(ROOT, "cgi-bin");
const PAGES = join(ROOT, "sites/main");

Deno.test("the page of programs names each with its length", async () => {
  const text = await Deno.readTextFile(join(PAGES, "programs/index.html"));
  const names: Record<string, string> = { sh: "shell", py: "Python", pl: "Perl", php: "PHP" };
  for (const { name, isFile } of Deno.readDirSync(PROGRAMS)) {
    if (!isFile || name.startsWith(".")) continue;
    const { mode } = Deno.statSync(join(PROGRAMS, name));
    if (mode !== null) assertEquals(mode & 0o111, 0o111, `${name} can be run`);
    const lines = (await Deno.readTextFile(join(PROGRAMS, name))).split("\n").length - 1;
    const language = names[name.slice(name.lastIndexOf(".") + 1)];
    assertMatch(text, new RegExp(`>${name} &middot; (<a [^>]*>)?${lines} lines of ${language}<`));
  }
});

Deno.test("the programs' frame has the navigation of the other pages", async () => {
  const links = async (file: string) =>
    [...(await Deno.readTextFile(file)).matchAll(/<li><a href="([^"]*)"[^>]*>([^<]*)<\/a><\/li>/g)]
      .filter(([, target]) => !target!.startsWith("#"))
      .map(([, target, name]) => `${target!.replace(/^\.\//, "/")} ${name}`);
  const expected = await links(join(PROGRAMS, ".page.html"));
  assert(expected.includes("/programs/ Programs"));
  for (const page of ["", "404", "50x", "how-it-works/", "moved/", "picture/", "programs/", "video/"]) {
    const file = page === "" || page.endsWith("/") ? `${page}index.html` : `${page}.html`;
    assertEquals(await links(join(PAGES, file)), expected, file);
  }
});
