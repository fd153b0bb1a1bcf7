import { assert, assertEquals } from "@std/assert";
import { ProgramNotes } from "../../lib/cgi_protocol/program_notes.ts";
import { FakeClock } from "../support/fakes.ts";
import { toBytes } from "../support/wire.ts";

const KIB = "x".repeat(1023) + "\n";

Deno.test("of a program's output the beginning is kept, of its standard error the end, both bounded", async () => {
  const notes = new ProgramNotes({ name: "/a", file: "/srv/a" }, new FakeClock());
  notes.output(toBytes("first\n"));
  notes.errors(toBytes("first\n"));
  for (let i = 0; i < 1000; i++) {
    notes.output(toBytes(KIB));
    notes.errors(toBytes(KIB));
  }
  notes.output(toBytes("last\n"));
  notes.errors(toBytes("last\n"));
  const { output, errors } = await notes.run();
  assert(output.isCut && output.text.startsWith("first\n") && output.text.length <= 16 * 1024);
  assert(errors.isCut && errors.text.endsWith("last\n") && errors.text.length <= 32 * 1024);
  assert(errors.text.startsWith("x"), "it begins with a whole line");
});

Deno.test("how it ended first is how it ended, and nobody waits for ever for one that does not", async () => {
  const clock = new FakeClock(), notes = new ProgramNotes({ name: "/a", file: "/srv/a" }, clock);
  notes.started({ command: ["/srv/a"], environment: { A: "b" } });
  await clock.advance(50);
  notes.runs(Promise.resolve(3), new Promise(() => {}));
  await clock.advance(0);
  notes.stopped("killed");
  const run = notes.run();
  await clock.advance(2000);
  const { ended, duration, command, environment } = await run;
  assertEquals([ended, duration, command, environment], ["exit status 3", 50, ["/srv/a"], { A: "b" }]);
  assertEquals(clock.running, 0);
});
