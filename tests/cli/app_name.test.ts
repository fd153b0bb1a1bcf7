import { assertEquals, assertThrows } from "@std/assert";
import { nameOfFolder, parseAppName } from "../../lib/cli/app_name.ts";
import { UsageError } from "../../lib/cli/command_line.ts";

Deno.test("an app has its folder's name, with what a host's name may have", () => {
  const cases = [
    ["/home/a/shop", "shop"],
    ["/home/a/My Shop_2/", "my-shop-2"],
    ["/x/.config", "config"],
    ["/x/Çafé", "cafe"],
    ["/x/日本", "app"],
    ["/", "app"],
    [`/x/${"a".repeat(62)}-b`, "a".repeat(62)],
  ] as const;
  for (const [path, name] of cases) assertEquals(nameOfFolder(path), name, path);
});

Deno.test("--name takes labels of the DNS, with .localhost or without", () => {
  for (
    const [text, name] of [["shop", "shop"], ["Shop.localhost", "shop"], ["api.shop", "api.shop"]] as const
  ) {
    assertEquals(parseAppName(text), name);
  }
  for (
    const text of ["", "-a", "a-", "a b", "a..b", "ü", "a/b", "a:1", "*.a", "a".repeat(64), "localhost."]
  ) {
    assertThrows(() => parseAppName(text), UsageError, "--name must be a name", text);
  }
});
