import { assertEquals } from "@std/assert";
import { Beside } from "../../lib/cli/beside.ts";
import { StopRequests } from "../../lib/cli/stop_requests.ts";
import { ProcessGroups } from "../../lib/runtime/process_groups.ts";

const keeper = {
  groups: new ProcessGroups(undefined),
  guardShell: undefined,
  killProgram: undefined,
  searchPath: "",
};

Deno.test("a command whose server was to stop before it was started never runs, and has not succeeded", async () => {
  for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const beside = new Beside(["no-such-command"], keeper, () => 1000);
    assertEquals(beside.signal("SIGHUP", "reload"), false);
    assertEquals(beside.signal("SIGWINCH", "other"), true);
    assertEquals(beside.signal(signal, "stop"), true);
    beside.start("http://127.0.0.1:1/");
    assertEquals(await beside.over, status);
    await beside.end();
  }
});

Deno.test("signals to stop that come at once are one; a later one is the last, and time is bounded", async () => {
  const told: string[] = [];
  const late = Promise.withResolvers<void>();
  const stops = new StopRequests(() => 400, {
    late: () => (told.push("late"), late.resolve()),
    again: () => told.push("again"),
  });
  assertEquals([stops.isNew(), stops.isNew(), stops.isNew()], [true, false, false]);
  assertEquals(told, []);
  await late.promise;
  assertEquals(stops.isNew(), false);
  assertEquals(told, ["late", "again"]);
  // No bound is no timer, which would be over at once.
  const endless = new StopRequests(() => Infinity, { late: () => told.push("endless"), again: () => {} });
  assertEquals(endless.isNew(), true);
  endless.over();
});
