import { assertEquals, assertThrows } from "@std/assert";
import type { FileProblem } from "../../lib/ports.ts";
import { despiteOthers } from "../../lib/runtime/despite_others.ts";
import { fileProblemOf, isAcrossDisks, isHeldOpen } from "../../lib/runtime/file_problems.ts";

/** An error as the runtime makes it of one of the system's. */
function systemError(text: string, code?: string): Error {
  return Object.assign(new Error(text), code === undefined ? {} : { code });
}

Deno.test("what the system's errors about files mean, on each system", () => {
  const cases: [error: Error, unix: FileProblem, windows: FileProblem][] = [
    [systemError("", "ENOENT"), "not found", "not found"],
    [systemError("", "ENOSPC"), "full", "full"],
    [systemError("", "EBUSY"), "failed", "busy"],
    [systemError("The name is wrong. (os error 123)"), "failed", "not found"],
    [systemError("The directory name is invalid. (os error 267)"), "failed", "not found"],
    [systemError("In use by another process. (os error 32)"), "failed", "busy"],
    [systemError("Locked. (os error 33)"), "failed", "busy"],
    [systemError("There is not enough space. (os error 112)"), "failed", "full"],
    [systemError("Not empty. (os error 145)"), "failed", "not empty"],
    [systemError("Exists. (os error 183)"), "failed", "exists"],
    [systemError("A privilege is not held. (os error 1314)"), "failed", "denied"],
    [new Deno.errors.PermissionDenied("Access is denied. (os error 5)"), "denied", "denied"],
    [new Deno.errors.NotFound(""), "not found", "not found"],
    [new Deno.errors.NotCapable(""), "denied", "denied"],
    [systemError("(os error 99999)"), "failed", "failed"],
  ];
  for (const [error, unix, windows] of cases) {
    assertEquals(fileProblemOf(error, "linux"), unix, error.message);
    assertEquals(fileProblemOf(error, "darwin"), unix, error.message);
    assertEquals(fileProblemOf(error, "windows"), windows, error.message);
  }
});

Deno.test("names on different disks", () => {
  assertEquals(isAcrossDisks(systemError("", "EXDEV"), "linux"), true);
  assertEquals(isAcrossDisks(systemError("(os error 17)"), "windows"), true);
  // EEXIST.
  assertEquals(isAcrossDisks(systemError("(os error 17)"), "linux"), false);
});

Deno.test("on Windows what others have open is tried again for a moment", () => {
  const held = new Deno.errors.PermissionDenied("Access is denied. (os error 5)");
  let tries = 0, waited = 0;
  const act = (fails: number, error: Error) => () => {
    if (++tries <= fails) throw error;
    return "done";
  };
  const pause = (milliseconds: number) => waited += milliseconds;
  assertEquals(despiteOthers(act(3, held), "windows", pause), "done");
  assertEquals([tries, waited], [4, 30]);
  tries = waited = 0;
  assertThrows(() => despiteOthers(act(99, held), "windows", pause), Deno.errors.PermissionDenied);
  assertEquals([tries, waited], [10, 90]);
});

Deno.test("nothing else is tried twice", () => {
  const cases: [error: Error, os: "linux" | "darwin" | "windows"][] = [
    [new Deno.errors.PermissionDenied(""), "linux"],
    [new Deno.errors.PermissionDenied(""), "darwin"],
    [new Deno.errors.NotFound(""), "windows"],
    [new Deno.errors.NotCapable(""), "windows"],
  ];
  for (const [error, os] of cases) {
    let tries = 0;
    const act = () => {
      tries++;
      throw error;
    };
    assertThrows(() => despiteOthers(act, os, () => {}));
    assertEquals([tries, isHeldOpen(error, os)], [1, false], `${os} ${error.name}`);
  }
});
