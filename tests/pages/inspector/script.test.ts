import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inspectorPage } from "../../../lib/pages/inspector/page.ts";
import { inspectorScript } from "../../../lib/pages/inspector/script.ts";

const FOLDER = new URL("../../../lib/pages/inspector/", import.meta.url);

/** The names that each module of the script exports. */
async function exported(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const { name } of [...Deno.readDirSync(FOLDER)].filter(({ name }) => name.endsWith(".js"))) {
    const module: Record<string, unknown> = await import(new URL(name, FOLDER).href);
    found.set(name, Object.keys(module));
  }
  return found;
}

Deno.test("modules of the inspector's script have functions at their top that are exported, and nothing else", async () => {
  for (const [file, names] of await exported()) {
    const source = await Deno.readTextFile(new URL(file, FOLDER));
    const tops = source.split("\n").filter((line) =>
      /^[a-z]/.test(line) && !/^(?:import\b|\} from )/.test(line)
    );
    const functions = tops.map((line) => /^export (?:async )?function (\w+)\(/.exec(line)?.[1] ?? line);
    assertEquals(functions.toSorted(), names.toSorted(), file);
  }
});

Deno.test("each module imports what it calls of others: in an executable they are called otherwise", async () => {
  const modules = await exported(), all = [...modules.values()].flat();
  for (const [file, own] of modules) {
    const source = await Deno.readTextFile(new URL(file, FOLDER));
    const imported = [...source.matchAll(/^import \{([^}]*)\}/gm)].flatMap(([, names]) =>
      names!.match(/\w+/g) ?? []
    );
    const called = all.filter((name) => new RegExp(`(?<!\\w|(?<!\\.\\.)\\.)${name}\\(`).test(source));
    assertEquals(called.filter((name) => !own.includes(name) && !imported.includes(name)), [], file);
  }
});

Deno.test("the script has every function of its modules, once", async () => {
  const all = [...(await exported()).values()].flat();
  assertEquals(all.length, new Set(all).size, "two modules have a name in common");
  const script = inspectorScript();
  for (const name of all) assertEquals(script.split(`function ${name}(`).length, 2, name);
});

Deno.test("the script is one that a browser can read, and its element does not end within it", async () => {
  const script = inspectorScript();
  assert(!/<\/script|<!--|<script/i.test(script));
  // In a module, so that what modules forbid is found as well; what is not called is not run.
  await import(`data:text/javascript,${encodeURIComponent(script.replace(/startInspector\(\);\s*$/, ""))}`);
});

Deno.test("the page has its nonce at style and script, and no handler or style within its elements", () => {
  const page = inspectorPage({ nonce: 'a"b', configuration: '"><script>' });
  assertStringIncludes(page, '<style nonce="a&quot;b">');
  assertStringIncludes(page, '<script type="module" nonce="a&quot;b">');
  assertStringIncludes(page, 'data-configuration="&quot;&gt;&lt;script&gt;"');
  const [markup = ""] = page.split("<script type");
  assert(!/<[^>]+\s(?:on\w+|style)=/i.test(markup.slice(markup.indexOf("<body"))));
});

Deno.test("the page with its style and script is below 48 KB", () => {
  assertEquals(
    new TextEncoder().encode(inspectorPage({ nonce: "n", configuration: "" })).length < 48_000,
    true,
  );
});
