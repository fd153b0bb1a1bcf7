/**
 * What is left out of an archive, and what ends it.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { BodyError } from "../../lib/http/errors.ts";
import type { BodySource, Response } from "../../lib/http/message.ts";
import { FileError, type FileProblem } from "../../lib/ports.ts";
import { requestFor, site, type TestSite } from "../support/site.ts";

const YAML = "{ servers: [ { listen: 80, root: www, autoindex: on } ] }";

const make = (files: Readonly<Record<string, string | null>>) =>
  site(YAML, Object.fromEntries(Object.entries(files).map(([name, file]) => [`www/f/${name}`, file])));

/** The names in a tar, read block by block; fractions of it are no matter. */
function namesIn(text: string): string[] {
  const names: string[] = [];
  for (let at = 0; text[at] !== "\0" && at < text.length;) {
    names.push(text.slice(at, text.indexOf("\0", at)));
    at += 512 + Math.ceil(parseInt(text.slice(at + 124, at + 135), 8) / 512) * 512;
  }
  return names;
}

const tarOf = async (made: TestSite) => namesIn((await made.ask("/f/?archive=tar")).text);

async function opened(made: TestSite, target: string): Promise<BodySource> {
  const { body } = await made.handler(requestFor(target, {})) as Response;
  assert(body !== undefined && !(body instanceof Uint8Array));
  return body;
}

async function drain(body: BodySource): Promise<void> {
  const buffer = new Uint8Array(100);
  while (await body.read(buffer) !== null);
}

for (const problem of ["denied", "not found"] as const) {
  Deno.test(`files and folders that are ${problem} are left out, and all others are in`, async () => {
    const made = make({ "a.txt": "a", "b.txt": "b", "c/d.txt": "d", "e/f.txt": "f" });
    for (const path of ["/site/www/f/b.txt", "/site/www/f/c"]) {
      made.files.failures.set(path, new FileError(problem, path));
    }
    assertEquals(await tarOf(made), ["a.txt", "e/", "e/f.txt"]);
  });
}

Deno.test("what a location below answers with something else is left out", async () => {
  const made = site(
    `servers: [{ listen: 80, root: www, autoindex: on, locations: {
      /f/other/: { try_files: [/f/a.txt, =404] }, /f/own/: { try_files: [$uri, =404] } } }]`,
    { "www/f/a.txt": "a", "www/f/other/hidden.txt": "hidden", "www/f/own/b.txt": "b" },
  );
  assertEquals((await made.ask("/f/other/hidden.txt")).text, "a");
  assertEquals((await tarOf(made)).filter((name) => name.endsWith(".txt")), ["a.txt", "own/b.txt"]);
});

for (const problem of ["failed", "busy"] satisfies FileProblem[]) {
  Deno.test(`a file whose disk says ${problem} ends an archive, lest it looks whole`, async () => {
    const made = make({ "a.txt": "a", "b.txt": "b" });
    const body = await opened(made, "/f/?archive=zip");
    made.files.failures.set("/site/www/f/b.txt", new FileError(problem, "/site/www/f/b.txt"));
    await assertRejects(() => drain(body), BodyError);
    body.close();
  });
}

Deno.test("what is gone when its turn comes is left out; what has been begun is sent whole", async () => {
  const made = make({ "a.txt": "a".repeat(5000), "b.txt": "b", "c.txt": "c" });
  const body = await opened(made, "/f/?archive=tar"), buffer = new Uint8Array(600);
  let text = "";
  const decoder = new TextDecoder();
  text += decoder.decode(buffer.subarray(0, (await body.read(buffer))!));
  for (const name of ["a", "b"]) made.files.nodes.delete(`/site/www/f/${name}.txt`);
  for (let n = await body.read(buffer); n !== null; n = await body.read(buffer)) {
    text += decoder.decode(buffer.subarray(0, n));
  }
  body.close();
  assertEquals(namesIn(text), ["a.txt", "c.txt"]);
  assertEquals(text.match(/a{100,}/)![0].length, 5000);
});

Deno.test("a name that would lead out of a folder on Windows is left out, another with a backslash is not", async () => {
  const made = make({ "a\\b.txt": "", "x\\..\\..\\y.exe": "", "c:\\y.exe": "", "\\y.exe": "", "x\\..": "" });
  assertEquals(await tarOf(made), ["a\\b.txt"]);
});

Deno.test("names that are longer than a kilobyte together are told whole", async () => {
  const deep = Array.from({ length: 8 }, (_, i) => String(i).repeat(250)).join("/");
  const { text } = await make({ [`${deep}/end.txt`]: "end" }).ask("/f/?archive=zip");
  assertEquals(text.split(`${deep}/end.txt`).length, 3);
});

Deno.test("so many archives at once, and one more when one of them is over", async () => {
  const made = make({ "a.txt": "a" }), bodies: BodySource[] = [];
  for (let i = 0; i < 32; i++) bodies.push(await opened(made, "/f/?archive=zip"));
  assertEquals((await made.ask("/f/?archive=zip")).status, 503);
  bodies[0]!.close();
  // A client that has nothing of it holds no place either.
  assertEquals((await made.ask("/f/?archive=zip&name=none")).status, 404);
  assertEquals((await made.ask("/f/?archive=zip")).status, 200);
  for (const body of bodies) body.close();
});
