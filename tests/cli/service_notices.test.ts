/**
 * The order of what a service manager is told, over a socket that is none.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ServiceNotices } from "../../lib/cli/service_notices.ts";
import type { ServiceSocket } from "../../lib/ports.ts";

/** Takes messages down; what it answers is to be said by the test. */
class FakeSocket implements ServiceSocket {
  readonly sent: string[] = [];
  constructor(
    readonly problem: string | undefined = undefined,
    readonly time: bigint | undefined = undefined,
  ) {}

  send(assignments: readonly string[]): Promise<string | undefined> {
    this.sent.push(assignments.join(" "));
    return Promise.resolve(this.problem);
  }

  now(): bigint | undefined {
    return this.time;
  }
}

const RELOADING = "RELOADING=1 STATUS=loading the configuration again";

Deno.test("ServiceNotices say READY after reloads that overlap once all of them are over", async () => {
  const socket = new FakeSocket(), notices = new ServiceNotices(socket, () => {}, 7);
  notices.ready("up");
  notices.reloading();
  notices.reloading();
  notices.reloaded("first");
  notices.reloaded("second");
  await notices.stopping("bye");
  assertEquals(socket.sent, [
    "READY=1 MAINPID=7 STATUS=up",
    RELOADING,
    RELOADING,
    "READY=1 STATUS=second",
    "STOPPING=1 STATUS=bye",
  ]);
});

Deno.test("ServiceNotices say nothing of a reload that ends after a stop", async () => {
  const socket = new FakeSocket(undefined, 12n), notices = new ServiceNotices(socket, () => {}, 7);
  notices.reloading();
  await notices.stopping("bye");
  notices.reloaded("late");
  await notices.stopping("once more");
  assertEquals(socket.sent, [
    "RELOADING=1 MONOTONIC_USEC=12 STATUS=loading the configuration again",
    "STOPPING=1 STATUS=bye",
  ]);
});

Deno.test("ServiceNotices say once that nobody can be told, and go on trying", async () => {
  const problems: string[] = [], socket = new FakeSocket("nobody listens on it");
  const notices = new ServiceNotices(socket, (why) => problems.push(why), 7);
  notices.ready("up");
  await notices.stopping("bye");
  assertEquals([problems, socket.sent.length], [["nobody listens on it"], 2]);
});

Deno.test("ServiceNotices send a status as one line that is not too long", async () => {
  const socket = new FakeSocket(), notices = new ServiceNotices(socket, () => {}, 7);
  notices.ready("a\nFDSTORE=1\r\n\x1b[31m");
  await notices.stopping("b".repeat(1000));
  assertEquals(socket.sent, [
    "READY=1 MAINPID=7 STATUS=a FDSTORE=1 [31m",
    `STOPPING=1 STATUS=${"b".repeat(297)}...`,
  ]);
});
