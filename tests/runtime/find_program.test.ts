import { assertEquals } from "@std/assert";
import {
  findProgram,
  foldersOf,
  isPath,
  isProgramOfWindows,
  programPaths,
} from "../../lib/runtime/find_program.ts";
import { temporaryFolder } from "../support/launch.ts";

Deno.test("the folders of a search path", () => {
  assertEquals(foldersOf("/usr/bin:/bin", "linux"), ["/usr/bin", "/bin"]);
  assertEquals(foldersOf("/usr/bin:/bin", "darwin"), ["/usr/bin", "/bin"]);
  assertEquals(foldersOf('C:\\Windows;;"C:\\Program Files\\PHP";D:\\x', "windows"), [
    "C:\\Windows",
    "C:\\Program Files\\PHP",
    "D:\\x",
  ]);
});

Deno.test("what is a path, and what a name for the search path", () => {
  const cases: [program: string, unix: boolean, windows: boolean][] = [
    ["php-cgi", false, false],
    ["./x", true, true],
    ["C:\\PHP\\php-cgi.exe", false, true],
    ["C:php-cgi.exe", false, true],
    ["bin\\x", false, true],
  ];
  for (const [program, unix, windows] of cases) {
    assertEquals(isPath(program, "linux"), unix, program);
    assertEquals(isPath(program, "darwin"), unix, program);
    assertEquals(isPath(program, "windows"), windows, program);
  }
});

Deno.test("where a program may be", () => {
  assertEquals(programPaths("sh", "/usr/bin:/bin", "linux"), ["/usr/bin/sh", "/bin/sh"]);
  assertEquals(programPaths("npm", "C:\\n;D:\\m", "windows"), [
    ...["C:\\n/npm.exe", "C:\\n/npm.com", "C:\\n/npm.cmd", "C:\\n/npm.bat"],
    ...["D:\\m/npm.exe", "D:\\m/npm.com", "D:\\m/npm.cmd", "D:\\m/npm.bat"],
  ]);
  assertEquals(programPaths("taskkill.EXE", "C:\\Windows\\System32", "windows"), [
    "C:\\Windows\\System32/taskkill.EXE",
  ]);
  assertEquals(programPaths("C:\\PHP\\php-cgi", "D:\\", "windows")[0], "C:\\PHP\\php-cgi.exe");
  assertEquals(programPaths("./x", "/bin", "linux"), ["./x"]);
});

Deno.test("on Windows a program is one by its extension, and has no mark", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/php-cgi.exe`, "");
  await Deno.writeTextFile(`${folder.path}/npm.cmd`, "");
  await Deno.writeTextFile(`${folder.path}/script`, "#!/bin/sh\n");
  const find = (name: string) => findProgram(name, folder.path, "windows");
  assertEquals(find("php-cgi"), `${folder.path}/php-cgi.exe`);
  assertEquals(find("npm"), `${folder.path}/npm.cmd`);
  assertEquals(find("script"), undefined);
});

Deno.test("what Windows starts by itself", () => {
  for (const path of ["C:/x/a.exe", "A.EXE", "old.com"]) assertEquals(isProgramOfWindows(path), true, path);
  for (const path of ["a.py", "a.bat", "a.cmd", "a", "exe", "a.exe.txt"]) {
    assertEquals(isProgramOfWindows(path), false, path);
  }
});
