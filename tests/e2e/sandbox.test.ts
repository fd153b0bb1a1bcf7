/**
 * The sandbox: a worker that is told to do what its configuration does not name is refused by the runtime, each case
 * with exactly the permissions that the real program would give it (DESIGN.md section 5).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { NO_CERTIFICATES } from "../../lib/supervisor/certificates.ts";
import { newLiveFeed } from "../../lib/supervisor/live_feed.ts";
import { workerPermissions } from "../../lib/supervisor/permissions.ts";
import { type SystemInfo, systemInfo } from "../../lib/supervisor/system_info.ts";
import { WorkerHandle } from "../../lib/supervisor/worker_handle.ts";
import type { Attempt } from "../supervisor/entry.ts";
import { configOf, ENTRY, remembered } from "../supervisor/support.ts";
import { temporaryFolder } from "../support/launch.ts";
import { writeFiles } from "../support/server.ts";

/** Paths and programs are named as on Linux, and ports shared as there. */
const ignore = Deno.build.os !== "linux";

const WHOLE = `
access_log: access.log
servers:
  - listen: "127.0.0.1:PORT"
    root: link
    allow_links_to: data
    locations:
      /up/: { upload_store: up }
      /old/: { alias: old }
      /one/: { cgi_script: SCRIPT }
`;

/** How each attempt ends in a worker for a configuration. */
async function outcomes(
  folder: string,
  text: string,
  attempts: readonly Attempt[],
  changes: Partial<SystemInfo> = {},
): Promise<Record<string, string>> {
  const system = { ...systemInfo(), spoolFolder: { path: `${folder}/spool`, user: undefined }, ...changes };
  const config = configOf(text, folder);
  const { said, ...events } = remembered();
  const start = {
    id: 1,
    config,
    reusePort: true,
    searchPath: JSON.stringify({ does: "try", attempts }),
    launchers: {},
    programHost: { os: system.os, environment: {}, endsTrees: false },
    spoolFolder: system.spoolFolder,
    certificates: NO_CERTIFICATES,
    software: "webserv/test",
    live: newLiveFeed(0).state,
  };
  const handle = new WorkerHandle(
    ENTRY,
    start,
    config.sandbox ? workerPermissions(config, system) : undefined,
    events,
    undefined,
  );
  await handle.ready;
  await handle.stop(10_000);
  return Object.fromEntries(
    said.map((line) => line.slice("access: ".length).split(": ") as [string, string]),
  );
}

async function prepared(): Promise<AsyncDisposable & { readonly path: string; readonly port: number }> {
  const folder = await temporaryFolder();
  await writeFiles(folder.path, {
    "www/a.txt": "a",
    "old/b.txt": "b",
    "up": null,
    "spool": null,
    "secret.txt": "s",
    "shared/d.txt": "d",
    "shared-other/d.txt": "d",
    "www-other/c.txt": "c",
    "script": "#!/bin/sh\nexit 0\n",
    "other": "#!/bin/sh\nexit 0\n",
    "access.log": "",
    "webserv.yaml": "",
  });
  await Deno.symlink(`${folder.path}/www`, `${folder.path}/link`);
  await Deno.symlink("shared", `${folder.path}/data`);
  await Deno.symlink(`${folder.path}/secret.txt`, `${folder.path}/www/leads-out`);
  for (const name of ["script", "other"]) await Deno.chmod(`${folder.path}/${name}`, 0o755);
  // Held, so that nobody else gets it.
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, reusePort: true });
  return {
    path: folder.path,
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test({
  name: "a worker may do what its configuration names, and the runtime refuses everything else",
  ignore,
  fn: async (test) => {
    await using folder = await prepared();
    const at = (name: string) => `${folder.path}/${name}`;
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const text = WHOLE.replace("PORT", `${folder.port}`).replace("SCRIPT", at("script"));
    const allowed: readonly Attempt[] = [
      ["read", at("link/a.txt")],
      ["read", at("www/a.txt")],
      ["read", at("old/b.txt")],
      ["read", at("data/d.txt")],
      ["read", at("shared/d.txt")],
      ["write", at("up/new.txt")],
      ["read", at("up/new.txt")],
      ["write", at("spool/body")],
      ["run", at("script")],
      ["listen", `127.0.0.1:${folder.port}`],
    ];
    const refused: Readonly<Record<string, readonly Attempt[]>> = {
      "read outside the roots": [
        ["read", at("secret.txt")],
        ["read", at("webserv.yaml")],
        ["read", at("www-other/c.txt")],
        ["read", at("shared-other/d.txt")],
        ["read", at("www/../secret.txt")],
        ["read", at("access.log")],
        ["read", "/etc/passwd"],
        ["read", "/proc/self/environ"],
        ["read", Deno.execPath()],
      ],
      "write outside the stores": [
        ["write", at("www/a.txt")],
        ["write", at("link/new.txt")],
        ["write", at("old/new.txt")],
        ["write", at("data/new.txt")],
        ["write", at("shared/d.txt")],
        ["write", at("up/../new.txt")],
        ["write", at("access.log")],
        ["write", at("script")],
        ["write", "/tmp/webserv-test-new.txt"],
      ],
      "run a program that is not named": [
        ["run", at("other")],
        ["run", "/bin/sh"],
        ["run", "/bin/kill"],
        ["run", "setsid"],
        ["run", Deno.execPath()],
      ],
      "listen on another address": [
        ["listen", "127.0.0.1:0"],
        ["listen", `0.0.0.0:${folder.port}`],
        ["listen", `127.0.0.2:${folder.port}`],
        ["listen", `::1:${folder.port}`],
      ],
      "connect to another address": [
        ["connect", `127.0.0.1:${other.addr.port}`],
        ["connect", `localhost:${other.addr.port}`],
        ["connect", "192.0.2.1:80"],
      ],
      "read the environment": [["env", "PATH"], ["env", "HOME"], ["env", "LOG_TOKENS"]],
      "signal a process": [["kill", `${Deno.ppid}`], ["kill", "1"]],
      "load a library": [["ffi", "libc.so.6"]],
      "ask about the system": [["sys", "hostname"], ["sys", "networkInterfaces"]],
      "import from elsewhere": [["import", `http://127.0.0.1:${other.addr.port}/x.js`]],
    };
    const results = await outcomes(folder.path, text, [...allowed, ...Object.values(refused).flat()]);
    await test.step("what the configuration names is allowed", () => {
      for (const attempt of allowed) assertEquals(results[attempt.join(" ")], "allowed", attempt.join(" "));
    });
    for (const [what, attempts] of Object.entries(refused)) {
      await test.step(`it cannot ${what}`, () => {
        for (const attempt of attempts) {
          const outcome = results[attempt.join(" ")];
          // An import wraps what it was refused with.
          assert(
            outcome === "NotCapable" || (attempt[0] === "import" && outcome === "TypeError"),
            `${attempt.join(" ")}: ${outcome}`,
          );
        }
      });
    }
  },
});

Deno.test({
  name: "without stores and programs nothing can be written and nothing be run",
  ignore,
  fn: async () => {
    await using folder = await prepared();
    const attempts: readonly Attempt[] = [
      ["write", `${folder.path}/www/x`],
      ["write", `${folder.path}/spool/x`],
      ["run", "/bin/true"],
      ["run", "/usr/bin/setsid"],
    ];
    const text = `servers: [{ listen: "127.0.0.1:${folder.port}", root: www }]`;
    assertEquals(
      new Set(Object.values(await outcomes(folder.path, text, attempts))),
      new Set(["NotCapable"]),
    );
  },
});

Deno.test({
  name: "with sandbox off a worker may do what the program may",
  ignore,
  fn: async () => {
    await using folder = await prepared();
    const attempts: readonly Attempt[] = [
      ["read", `${folder.path}/secret.txt`],
      ["write", `${folder.path}/www/x`],
      ["run", "/bin/sh"],
      ["env", "PATH"],
      ["listen", "127.0.0.1:0"],
    ];
    const text = `sandbox: off\nservers: [{ listen: "127.0.0.1:${folder.port}", root: www }]`;
    const results = await outcomes(
      folder.path,
      text,
      attempts.map(([what, name]) =>
        // A program that would wait for its input is none to try.
        what === "run" ? ["run", "/bin/true"] : [what, name]
      ),
    );
    assertEquals(new Set(Object.values(results)), new Set(["allowed"]));
  },
});
