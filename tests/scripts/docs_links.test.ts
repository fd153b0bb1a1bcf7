/**
 * What README.md and docs/*.md lead to: every file and every heading that a link of theirs names is there.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { allPages } from "../../scripts/docs.ts";

const ROOT = new URL("../../", import.meta.url);

const texts = new Map<string, string>();

async function textOf(path: string): Promise<string> {
  const known = texts.get(path) ?? await Deno.readTextFile(new URL(path, ROOT));
  texts.set(path, known);
  return known;
}

/** Without fenced blocks, in which brackets are code. */
function prose(text: string): string {
  return text.replace(/^(`{3,})[^`]*\n[^]*?^\1`*\s*$/gm, "").replace(/`[^`\n]*`/g, "");
}

/** A heading's anchor, as GitHub makes it. */
function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
}

function anchors(text: string): Set<string> {
  const withoutBlocks = text.replace(/^(`{3,})[^`]*\n[^]*?^\1`*\s*$/gm, "");
  return new Set([...withoutBlocks.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchor(heading!)));
}

function linksOf(text: string): string[] {
  const markdown = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const html = [...text.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, target]) => target!);
  return [...markdown, ...html].filter((target) => !/^[a-z]+:|^\/\.webserv/.test(target));
}

for (const page of [...await allPages(), "SECURITY.md", "ARCHITECTURE.md"]) {
  Deno.test(`every link of ${page} leads somewhere`, async () => {
    const base = new URL(page, ROOT), lost: string[] = [];
    for (const target of linksOf(await textOf(page))) {
      const url = new URL(target, base);
      const path = url.pathname.slice(ROOT.pathname.length);
      const info = await Deno.stat(new URL(path, ROOT)).catch(() => undefined);
      if (info === undefined) lost.push(target);
      else if (url.hash !== "" && !anchors(await textOf(path)).has(decodeURIComponent(url.hash.slice(1)))) {
        lost.push(target);
      }
    }
    assertEquals(lost, []);
  });
}

Deno.test("every page of docs is reached from the README", async () => {
  const readme = linksOf(await textOf("README.md")).map((target) => target.replace(/#.*/, ""));
  const pages = (await allPages()).filter((page) => page.startsWith("docs/"));
  assertEquals(pages.filter((page) => !readme.includes(page)), []);
});

Deno.test("the README names the test command, and is short", async () => {
  const readme = await textOf("README.md");
  assert(readme.includes("deno task test`") && readme.includes("npx -y deno@2.9.6 task test "));
  assert(readme.split("\n").length < 250);
});
