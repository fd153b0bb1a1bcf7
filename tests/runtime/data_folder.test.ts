import { assertEquals } from "@std/assert";
import type { System } from "../../lib/ports.ts";
import { dataFolder } from "../../lib/runtime/data_folder.ts";

Deno.test("dataFolder() is where each system keeps a user's data", () => {
  const table: [System, Record<string, string>, string | undefined][] = [
    ["linux", { HOME: "/home/ann" }, "/home/ann/.local/share/webserv"],
    ["linux", { HOME: "/home/ann", XDG_DATA_HOME: "/data/ann" }, "/data/ann/webserv"],
    ["linux", { HOME: "/home/ann", XDG_DATA_HOME: "" }, "/home/ann/.local/share/webserv"],
    ["linux", { HOME: "/home/ann", XDG_DATA_HOME: "not/absolute" }, "/home/ann/.local/share/webserv"],
    ["linux", { HOME: "/home/ann", WEBSERV_DATA: "/srv/keys" }, "/srv/keys"],
    ["linux", { WEBSERV_DATA: "keys" }, `${Deno.cwd()}/keys`],
    ["linux", {}, undefined],
    ["darwin", { HOME: "/Users/ann" }, "/Users/ann/Library/Application Support/webserv"],
    [
      "windows",
      { LOCALAPPDATA: "C:\\Users\\ann\\AppData\\Local" },
      "C:\\Users\\ann\\AppData\\Local\\webserv",
    ],
    ["windows", { HOME: "/home/ann" }, undefined],
  ];
  for (const [system, variables, folder] of table) {
    assertEquals(
      dataFolder(system, (name) => variables[name]),
      folder,
      `${system} ${JSON.stringify(variables)}`,
    );
  }
});
