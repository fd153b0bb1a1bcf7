// What the runtime's doors do on other systems, so far as that is decided by a value.
import { assertEquals } from "@std/assert";
import { OPENERS } from "../../lib/runtime/browser.ts";
import { toStat } from "../../lib/runtime/files.ts";
import { isScarce } from "../../lib/runtime/net.ts";
import { signalsFor } from "../../lib/runtime/signals.ts";
import { spooler } from "../../lib/runtime/spool.ts";
import { temporaryFolder } from "../support/launch.ts";
import { toBytes, toText } from "../support/wire.ts";

Deno.test("signals: Windows has Ctrl-C and Ctrl-Break", () => {
  assertEquals(signalsFor("stop", "windows"), ["SIGINT", "SIGBREAK"]);
  assertEquals(signalsFor("reload", "windows"), []);
  for (const os of ["linux", "darwin"] as const) {
    assertEquals(signalsFor("stop", os), ["SIGINT", "SIGTERM"]);
    assertEquals(signalsFor("reload", os), ["SIGHUP"]);
  }
});

Deno.test("the browser is opened without a shell", () => {
  assertEquals(OPENERS, {
    linux: ["xdg-open"],
    darwin: ["open"],
    windows: ["rundll32", "url.dll,FileProtocolHandler"],
  });
});

Deno.test("a look at a file on Windows: no number where there is none, a program by its name", () => {
  const info = {
    isFile: true,
    isDirectory: false,
    size: 3,
    mtime: new Date(5),
    ctime: null,
    dev: 0,
    ino: null,
    mode: null,
  };
  const stat = toStat(info, "C:/site/x.py", "windows");
  assertEquals([stat.inode, stat.changed, stat.executable], [0, 0, false]);
  assertEquals(toStat({ ...info, mode: 0o100666 }, "C:/site/X.EXE", "windows").executable, true);
  assertEquals(toStat({ ...info, mode: 0o100755 }, "/site/x.py", "darwin").executable, true);
  assertEquals(toStat({ ...info, mode: 0o100644 }, "/site/x.exe", "linux").executable, false);
});

Deno.test("accept: want of descriptors or memory by each system's numbers", () => {
  const cases: [number: number, linux: boolean, darwin: boolean, windows: boolean][] = [
    [24, true, true, false],
    [105, true, false, false],
    [55, false, true, false],
    [10024, false, false, true],
    [10055, false, false, true],
    // A connection that its client has reset early.
    [107, false, false, false],
    [57, false, false, false],
    [10054, false, false, false],
  ];
  for (const [number, linux, darwin, windows] of cases) {
    const error = new Error(`words (os error ${number})`);
    assertEquals(
      [isScarce(error, "linux"), isScarce(error, "darwin"), isScarce(error, "windows")],
      [linux, darwin, windows],
      `${number}`,
    );
  }
  assertEquals(isScarce(Object.assign(new Error(""), { code: "EMFILE" }), "windows"), true);
});

Deno.test({
  name: "a file for a large body keeps its name on Windows until it is closed, and not longer",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using folder = await temporaryFolder();
    const file = spooler({ path: `${folder.path}/spool`, user: undefined }, "windows").create();
    assertEquals([...Deno.readDirSync(`${folder.path}/spool`)].length, 1);
    await file.write(toBytes("large"));
    const buffer = new Uint8Array(9);
    assertEquals(toText(buffer.subarray(0, await file.readAt(buffer, 0))), "large");
    file.close();
    assertEquals([...Deno.readDirSync(`${folder.path}/spool`)], []);
  },
});
