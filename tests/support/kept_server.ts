/**
 * A server that outlives the test that starts it, for tests that change nothing of it and look at none of its logs: a
 * start costs a quarter of a second of CPU, and `test()` runs each test twice in a row.
 *
 * @module
 */
import { type ServerOptions, startServer, type TestServer } from "./server.ts";

let kept: { readonly key: string; readonly server: TestServer } | undefined;

/** That of the test before, where that asked for the same; there is never more than one. */
export async function keptServer(options: ServerOptions): Promise<TestServer> {
  const key = JSON.stringify(options);
  if (kept?.key === key) return kept.server;
  await endKept();
  const server = await startServer(options);
  kept = { key, server };
  return server;
}

async function endKept(): Promise<void> {
  const last = kept?.server;
  kept = undefined;
  await last?.[Symbol.asyncDispose]();
}

Deno.test.afterAll(endKept);
