/**
 * Every answer that an end-to-end test gets to a request that reads is compared with what `webserv explain` says of it:
 * status, fields and file are the same, whatever the test is about.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { parseCommandLine } from "../../lib/cli/command_line.ts";
import { loadConfiguration } from "../../lib/cli/configuration.ts";
import { explainPorts } from "../../lib/cli/explain.ts";
import { endpointsOf, withEndpoints } from "../../lib/config/listen.ts";
import type { Config } from "../../lib/config/types.ts";
import { explain } from "../../lib/explain/explain.ts";
import { toText } from "./latin1.ts";
import { protocolOfTest } from "./protocols.ts";
import type { WireResponse } from "./wire.ts";

const testsExecutable = Deno.env.get("WEBSERV") !== undefined;

/** By port: what is served there. */
const servers = new Map<number, Config>();

/** Remembers what a server serves. */
export async function rememberServer(args: readonly string[], ports: readonly number[]): Promise<void> {
  const { config } = await loadConfiguration(parseCommandLine(args));
  const endpoints = endpointsOf(config);
  if (endpoints.length !== ports.length) return;
  const known = withEndpoints(config, (endpoint) => {
    const index = endpoints.findIndex(({ hostname, port }) =>
      hostname === endpoint.hostname && port === endpoint.port
    );
    return { ...endpoint, port: ports[index]! };
  });
  for (const port of ports) servers.set(port, known);
}

/** A whole head of a request that reads, and nothing behind it. */
const READING = /^(?:GET|HEAD|OPTIONS) [^\r\n]+ HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)+\r\n$/;

/** What the connection says, or differs by the moment. */
const OF_CONNECTION = new Set(["date", "connection", "keep-alive", "transfer-encoding"]);

/** What depends on the text of a page's scripts. */
const OF_SCRIPTS = new Set(["content-length", "content-security-policy"]);

/** Compares an answer with what explain says. @throws {AssertionError} */
export async function compareWithExplain(port: number, sent: string, answer: WireResponse): Promise<void> {
  const config = servers.get(port);
  if (config === undefined || protocolOfTest() !== "HTTP/1.1" || !READING.test(sent)) return;
  const endpoint = endpointsOf(config).find((endpoint) => endpoint.port === port)!;
  const { status, fields, by } = await explain(
    config,
    { head: sent, endpoint, tls: false },
    await explainPorts(config),
  );
  // What a program says, nobody knows before.
  if (status === undefined) return;
  const what = sent.split("\r\n")[0]!;
  // The scripts of pages are functions as they are written, and in an executable they are written otherwise.
  const isOtherwise = testsExecutable && by.kind !== "file";
  const left = (name: string) => !isOtherwise || !OF_SCRIPTS.has(name.toLowerCase());
  const told = fields.filter(({ name }) => left(name)).map(({ name, value }) => [name, value] as const);
  const got = answer.fields.filter(([name]) => left(name));
  assertEquals([status, ...comparable(told)], [answer.status, ...comparable(got)], what);
  const isWhole = what.startsWith("GET") && status === 200 && by.kind === "file" &&
    answer.field("content-encoding") === undefined;
  if (isWhole) assertEquals(toText(Deno.readFileSync(by.path)), toText(answer.body), what);
}

/** Another one each time. */
const BOUNDARY = /boundary=.*/;

function comparable(fields: readonly (readonly [string, string])[]): string[] {
  return fields.filter(([name]) => !OF_CONNECTION.has(name.toLowerCase())).map(([name, value]) =>
    `${name.toLowerCase()}: ${value.replace(BOUNDARY, "boundary=")}`
  );
}
