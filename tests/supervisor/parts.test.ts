import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { LogError } from "../../lib/runtime/logs.ts";
import { permissionFlag, workerPermissions } from "../../lib/supervisor/permissions.ts";
import { SupervisorLogs } from "../../lib/supervisor/supervisor_logs.ts";
import { missingPermission, systemInfo } from "../../lib/supervisor/system_info.ts";
import { temporaryFolder } from "../support/launch.ts";
import { isFile } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { configOf } from "./support.ts";

const logging = (access: string, error: string, folder: string) =>
  configOf(`access_log: ${access}\nerror_log: ${error}\nservers: [{ listen: 8080, root: . }]`, folder);

Deno.test("both logs may go to one file, and no line of them mixes", async () => {
  await using folder = await temporaryFolder();
  const logs = new SupervisorLogs(logging("all.log", "all.log", folder.path));
  const long = "x".repeat(1000);
  for (let i = 0; i < 1000; i++) {
    logs.access.line(`a${i} ${long}`);
    logs.error.line(`e${i} ${long}`);
  }
  await logs.close();
  const lines = (await Deno.readTextFile(`${folder.path}/all.log`)).split("\n");
  assertEquals(lines.length, 2001);
  assertEquals(lines.slice(0, -1).filter((line) => !/^[ae]\d+ x{1000}$/.test(line)), []);
});

Deno.test("off goes nowhere, and a file that cannot be opened is an error that names it", async () => {
  await using folder = await temporaryFolder();
  const logs = new SupervisorLogs(logging("off", "off", folder.path));
  logs.access.line("nobody sees this");
  await logs.close();
  assertEquals([...Deno.readDirSync(folder.path)], []);
  assertThrows(
    () => new SupervisorLogs(logging("off", "missing/e.log", folder.path)),
    LogError,
    "missing/e.log",
  );
});

Deno.test("isFor() tells other places from the same ones", async () => {
  await using folder = await temporaryFolder();
  const logs = new SupervisorLogs(logging("a.log", "stderr", folder.path));
  assertEquals(logs.isFor(logging("a.log", "stderr", folder.path)), true);
  for (const [access, error] of [["b.log", "stderr"], ["a.log", "off"], ["stdout", "stderr"]] as const) {
    assertEquals(logs.isFor(logging(access, error, folder.path)), false);
  }
  await logs.close();
});

Deno.test("reopen() goes on in a new file, and every line is in one of the two", async () => {
  await using folder = await temporaryFolder();
  const logs = new SupervisorLogs(logging("a.log", "off", folder.path));
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 100; i++) logs.access.line(`${round * 100 + i}`);
    await Deno.rename(`${folder.path}/a.log`, `${folder.path}/a.log.${round}`);
    logs.reopen();
    await waitUntil(() => isFile(`${folder.path}/a.log`), "there is a new log file");
  }
  await logs.close();
  const texts = await Promise.all(
    [...Deno.readDirSync(folder.path)].map(({ name }) => Deno.readTextFile(`${folder.path}/${name}`)),
  );
  const numbers = texts.join("").trim().split("\n").map(Number).sort((a, b) => a - b);
  assertEquals(numbers, Array.from({ length: 500 }, (_, index) => index));
});

Deno.test("reopen() stays with the old file where the new one cannot be made, and says so in it", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/logs`);
  const logs = new SupervisorLogs(logging("logs/a.log", "off", folder.path));
  await Deno.rename(`${folder.path}/logs`, `${folder.path}/moved`);
  logs.reopen();
  logs.access.line("still here");
  // It is tried again and again, and said once.
  await waitUntil(() => {
    logs.reopen();
    return Deno.readTextFileSync(`${folder.path}/moved/a.log`).includes("warning");
  }, "it is said");
  logs.reopen();
  await logs.close();
  const text = await Deno.readTextFile(`${folder.path}/moved/a.log`);
  assertMatch(text, /still here\n/);
  assertMatch(text, /warning: the log was not opened again: .*logs\/a\.log/);
  assertEquals(text.split("warning").length, 2);
});

Deno.test("reopen() does nothing while the file is in its place, and never opens what is no file", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/a.log`;
  const logs = new SupervisorLogs(logging("a.log", "off", folder.path));
  logs.access.line("one");
  logs.reopen();
  await Deno.rename(path, `${path}.1`);
  // A pipe without a reader would be waited for.
  await new Deno.Command("mkfifo", { args: [path] }).output();
  logs.reopen();
  logs.access.line("two");
  await logs.close();
  assertEquals(await Deno.readTextFile(`${path}.1`), "one\ntwo\n");
});

Deno.test("missingPermission() has nothing to say to a program that may do everything", () => {
  const config = configOf(
    "servers: [{ listen: 8080, root: /srv, locations: { /c/: { cgi_script: /bin/true } } }]",
  );
  assertEquals(
    missingPermission(config, workerPermissions(config, systemInfo()), systemInfo()),
    undefined,
  );
});

Deno.test("missingPermission() names the flag that is missing", () => {
  const config = configOf("access_log: /var/log/a.log\nservers: [{ listen: 8080, root: /srv }]");
  const nothing = { net: [], read: [], write: [], run: [] };
  const wanted = [
    [{ net: ["192.0.2.1:80"] }, "net", "192.0.2.1:80"],
    [{ read: ["/srv"] }, "read", "/srv"],
    [{ write: ["/up"] }, "write", "/up"],
    [{ run: ["/bin/sh"] }, "run", "/bin/sh"],
  ] as const;
  for (const [needs, name, word] of wanted) {
    const message = without(
      word,
      () =>
        missingPermission(config, { ...nothing, ...needs }, {
          ...systemInfo(),
          killProgram: undefined,
          guardShell: undefined,
        }),
    );
    assertMatch(message!, new RegExp(`^${permissionFlag(name, [word]).replaceAll(".", "\\.")} is missing: `));
  }
  const log = without(
    "/var/log/a.log",
    () =>
      missingPermission(config, nothing, { ...systemInfo(), killProgram: undefined, guardShell: undefined }),
  );
  assertMatch(log!, /^--allow-write=\/var\/log\/a\.log is missing/);
});

/** Runs with the permission for one thing taken for missing. The test itself goes on with all that it has. */
function without<T>(missing: string, work: () => T): T {
  const { querySync } = Deno.permissions;
  const answer = (state: Deno.PermissionState) => ({
    ...new EventTarget(),
    state,
    partial: false,
    onchange: null,
  });
  Deno.permissions.querySync = (descriptor) =>
    answer(
      Object.values(descriptor).includes(missing) ? "prompt" : "granted",
    ) as unknown as Deno.PermissionStatus;
  try {
    return work();
  } finally {
    Deno.permissions.querySync = querySync;
  }
}
