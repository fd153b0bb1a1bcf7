/**
 * Which end-to-end tests have their answers compared with what `webserv explain` says; what compares is loaded by those
 * alone.
 *
 * @module
 */
import type { WireResponse } from "./wire.ts";

/** Files of tests whose requests are compared: what they ask for does not change while it is answered. */
const FILES = /\/(?:sites|files|refusals)_\w+\.test\.ts$/;

const isCompared = FILES.test(Deno.mainModule);

/** Remembers what a server serves, for those tests that are compared. */
export async function rememberServer(args: readonly string[], ports: readonly number[]): Promise<void> {
  if (isCompared) await (await import("./explained_answers.ts")).rememberServer(args, ports);
}

/** Compares an answer with what explain says. @throws {AssertionError} */
export async function compareWithExplain(port: number, sent: string, answer: WireResponse): Promise<void> {
  if (isCompared) await (await import("./explained_answers.ts")).compareWithExplain(port, sent, answer);
}
