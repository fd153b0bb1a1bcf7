import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { NO_CERTIFICATES } from "../../lib/supervisor/certificates.ts";
import { newLiveFeed } from "../../lib/supervisor/live_feed.ts";
import { type PermissionSet, workerPermissions } from "../../lib/supervisor/permissions.ts";
import { systemInfo } from "../../lib/supervisor/system_info.ts";
import { WorkerFailure, WorkerHandle } from "../../lib/supervisor/worker_handle.ts";
import { inTime } from "../support/wait.ts";
import type { Behaviour } from "./entry.ts";
import { configOf, ENTRY, remembered } from "./support.ts";

const config = configOf("servers: [{ listen: 8080, root: /nowhere }]");

function start(behaviour: Behaviour, entry = ENTRY, permissions?: PermissionSet) {
  const events = remembered();
  const handle = new WorkerHandle(
    entry,
    {
      id: 1,
      config,
      reusePort: true,
      searchPath: JSON.stringify(behaviour),
      launchers: {},
      programHost: { os: "linux", environment: {}, endsTrees: false },
      spoolFolder: { path: "/tmp/webserv-spool", user: undefined },
      certificates: NO_CERTIFICATES,
      software: "webserv/test",
      live: newLiveFeed(0).state,
    },
    permissions,
    events,
    undefined,
  );
  return { handle, ...events };
}

Deno.test("a worker that dies after its start tells its owner why, once", async () => {
  const { handle, deaths } = start({ does: "try", attempts: [] });
  await handle.ready;
  await handle.change(config);
  await handle.gone;
  assertEquals([deaths.length, handle.isGone], [1, true]);
  assertMatch(deaths[0]!, /told to change/);
  // What is asked of it from now on is no use, and does no harm.
  await Promise.all([handle.retire(), handle.change(config), handle.stop(0)]);
  assertEquals(deaths.length, 1);
});

Deno.test("a worker that dies before it is ready is a failure with its reason", async () => {
  const { handle } = start({ does: "die at once" });
  await assertRejects(() => handle.ready, WorkerFailure, "dead on arrival");
  await handle.gone;
});

Deno.test("a worker that cannot serve its configuration says why, and is ended", async () => {
  const { handle, deaths } = start({ does: "fail", message: "port 80 is taken" });
  await assertRejects(() => handle.ready, WorkerFailure, "port 80 is taken");
  await handle.gone;
  assertEquals(deaths, []);
});

Deno.test("a module that is not there is a failure", async () => {
  const { handle } = start({ does: "linger" }, new URL("./missing.ts", import.meta.url));
  await assertRejects(() => handle.ready, WorkerFailure);
});

for (const does of ["linger", "spin"] as const) {
  Deno.test(`a worker that ${does}s instead of stopping is ended when its time is over`, async () => {
    const { handle, deaths } = start({ does });
    await handle.ready;
    await inTime(handle.stop(100), "the worker is ended");
    assertEquals([handle.isGone, deaths], [true, []]);
  });
}

Deno.test("nobody waits for ever for a worker that does not answer", async () => {
  const { handle } = start({ does: "spin" });
  await handle.ready;
  await inTime(Promise.all([handle.change(config), handle.retire()]), "nobody waits any more");
  await handle.stop(0);
});

Deno.test("a worker that stops as asked is gone without a death", async () => {
  const { handle, deaths } = start({ does: "try", attempts: [] });
  await handle.ready;
  await handle.stop(10_000);
  assertEquals([handle.isGone, deaths], [true, []]);
});

Deno.test("an empty set of permissions means nothing, not everything", async () => {
  const attempts = [["read", "/etc/hostname"], ["write", "/tmp/x"], ["run", "/bin/true"], [
    "listen",
    "127.0.0.1:0",
  ], ["env", "PATH"]] as const;
  const none: PermissionSet = { net: [], read: [], write: [], run: [] };
  const { handle, said } = start({ does: "try", attempts }, ENTRY, none);
  await handle.ready;
  await handle.stop(10_000);
  assertEquals(said.length, attempts.length);
  for (const line of said) assertMatch(line, /: NotCapable$/);
});

Deno.test("the system is that of this machine", () => {
  const system = systemInfo();
  assert(system.workerCount({ ...config, workers: "auto" }) >= 1);
  assertEquals(system.workerCount({ ...config, workers: 1 }), 1);
  assertEquals(system.realPath("/no/such/folder"), "/no/such/folder");
  assertEquals(system.findProgram("no-such-program"), undefined);
  assertEquals(workerPermissions(config, system).read, ["/nowhere"]);
});
