import { assert, assertEquals } from "@std/assert";
import { extension, typeByExtension } from "@std/media-types";
import { MEDIA_TYPES } from "../../lib/http/media_types.ts";
import { registryModule } from "../../scripts/media_types.ts";

Deno.test("the registry of media types is what the library says (deno run -A scripts/media_types.ts makes it)", async () => {
  const path = new URL("../../lib/http/media_types.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(path), registryModule());
  const lines = MEDIA_TYPES.trim().split("\n");
  assert(lines.length > 900, String(lines.length));
  for (const line of lines) {
    const [type = "", first = "", ...others] = line.split(" ");
    assertEquals(extension(type), first.replace(/^-/, ""), type);
    assertEquals(typeByExtension(first.replace(/^-/, "")) === type, !first.startsWith("-"), line);
    for (const name of others) assertEquals(typeByExtension(name), type, line);
  }
});
