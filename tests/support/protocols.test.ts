import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { HTTP1_FILES, protocolOfTest, test } from "./protocols.ts";

const FOLDER = fromFileUrl(new URL("../e2e/", import.meta.url));

Deno.test("every end-to-end test runs over HTTP/2 as well, or says why not", () => {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".test.ts") && !/^(clients_h2|http2)_/.test(name));
  for (const name of files) {
    const text = Deno.readTextFileSync(join(FOLDER, name));
    assertEquals(name in HTTP1_FILES, !text.includes('/support/protocols.ts"'), name);
    if (!(name in HTTP1_FILES)) {
      assert(!/\bDeno\.test\(/.test(text), `${name} has a test that says no protocol`);
    }
  }
  for (const name of Object.keys(HTTP1_FILES)) assert(files.includes(name), `there is no ${name}`);
});

const seen: string[] = [];
test("a test says what it is run over", () => {
  seen.push(protocolOfTest());
});
Deno.test("each of the two was run once, and nothing is left of the second", () => {
  assertEquals([...seen, protocolOfTest()], ["HTTP/1.1", "HTTP/2", "HTTP/1.1"]);
});
