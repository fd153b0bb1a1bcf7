import { assertEquals } from "@std/assert";
import { inShell } from "../../lib/supervisor/live_build.ts";
import {
  CONVENTIONS,
  environmentForPrograms,
  temporaryFolder,
  variablesOf,
} from "../../lib/supervisor/system_conventions.ts";
import { systemInfo } from "../../lib/supervisor/system_info.ts";

/** An environment. */
function environment(values: Record<string, string>): (name: string) => string | undefined {
  return (name) => values[name];
}

Deno.test("the folder for what is temporary", () => {
  const windows = environment({ TEMP: "C:\\Users\\a\\Temp", TMP: "D:\\tmp" });
  assertEquals(temporaryFolder("windows", windows), "C:\\Users\\a\\Temp");
  assertEquals(temporaryFolder("windows", environment({ TMP: "D:\\tmp" })), "D:\\tmp");
  assertEquals(temporaryFolder("windows", environment({})), "C:\\Windows\\Temp");
  assertEquals(temporaryFolder("darwin", environment({ TMPDIR: "/var/folders/x/T/" })), "/var/folders/x/T/");
  assertEquals(temporaryFolder("linux", environment({ TMPDIR: "", TEMP: "/no" })), "/tmp");
});

Deno.test("what programs are given of the environment, and what is read of it", () => {
  const all = environment({ SystemRoot: "C:\\Windows", PATHEXT: ".EXE", SECRET: "x", TEMP: "C:\\t" });
  assertEquals(environmentForPrograms("windows", all), {
    SystemRoot: "C:\\Windows",
    PATHEXT: ".EXE",
    TEMP: "C:\\t",
  });
  assertEquals(environmentForPrograms("linux", all), {});
  assertEquals(environmentForPrograms("darwin", all), {});
  assertEquals(variablesOf("linux"), ["PATH", "TMPDIR", "LOG_STREAM", "LOG_TOKENS"]);
  assertEquals(variablesOf("darwin"), variablesOf("linux"));
  assertEquals(variablesOf("windows").includes("SystemRoot"), true);
});

Deno.test("only Linux shares a port, has setsid and a /proc to find orphans with", () => {
  for (const os of ["darwin", "windows"] as const) {
    const { launcher, guardShell, sharesPorts, hasInit } = CONVENTIONS[os];
    assertEquals([launcher, guardShell, sharesPorts, hasInit], [undefined, undefined, false, false]);
  }
  const info = systemInfo("darwin");
  assertEquals([info.os, info.launchers.setsid, info.guardShell, info.isInit], [
    "darwin",
    undefined,
    undefined,
    false,
  ]);
  assertEquals(info.workerCount({ workers: 4 } as Parameters<typeof info.workerCount>[0]), 1);
});

Deno.test("a build runs in the system's shell", () => {
  const command = `echo "a b" && exit 1`;
  assertEquals(inShell(command, "linux"), { words: ["sh", "-c", command] });
  assertEquals(inShell(command, "darwin"), { words: ["sh", "-c", command] });
  assertEquals(inShell(command, "windows"), {
    words: ["cmd", "/d", "/s", "/c", `"echo "a b" && exit 1"`],
    isRaw: true,
  });
});
