/**
 * An explanation for programs.
 *
 * @module
 */
import { endpointUrl } from "../http/endpoint.ts";
import type { AddressedQuestion } from "./address.ts";
import type { ExplainedHop, Explanation } from "./explain.ts";
import { linesOfReasons } from "./places.ts";
import { nameOfServer } from "./matches.ts";

/** What `webserv explain --json` prints. Lines are counted from 1; null where nothing is written in the file. */
export function explanationJson(explanation: Explanation, { method, url, note }: AddressedQuestion): unknown {
  const { endpoint, server, hops, by, upstreams, status, fields, why } = explanation;
  const first = hops[0];
  return {
    method,
    url,
    ...note !== undefined && { note },
    address: { url: endpointUrl(endpoint), line: explanation.listenLine ?? null },
    server: server === undefined ? null : {
      name: nameOfServer(server.config),
      line: server.config.lines?.line ?? null,
      why: server.choice.why,
      lost: server.choice.losers.map(lost),
    },
    location: first === undefined ? null : location(explanation, first),
    why: [
      ...server === undefined ? [] : [{ text: server.choice.why, line: server.config.lines?.line ?? null }],
      ...first === undefined ? [] : [{ text: first.choice.why, line: lineOfHop(first) }],
      ...hops.flatMap((hop) => linesOfReasons(hop).map(({ text, line }) => ({ text, line: line ?? null }))),
      ...why === undefined ? [] : [{ text: why, line: null }],
    ],
    redirects: hops.slice(1).map((hop, index) => ({
      path: hop.path,
      why: hops[index]!.reasons.at(-1)?.text ?? null,
      location: location(explanation, hop),
    })),
    answerer: by.kind,
    file: "path" in by ? by.path ?? null : null,
    ...by.kind === "program" && { command: by.command },
    ...by.kind === "fastcgi" && { upstream: by.server },
    ...by.kind === "proxy" && { upstream: upstreams[0], upstreams },
    status: status ?? null,
    headers: fields.map(({ name, value, from, line }) => ({ name, value, from, line: line ?? null })),
  };
}

function location(explanation: Explanation, hop: ExplainedHop) {
  const { config: { key }, choice: { why, losers } } = hop;
  const isServer = isFallback(explanation, hop);
  return {
    path: isServer ? null : key,
    line: lineOfHop(hop),
    why,
    lost: losers.map(lost),
  };
}

function isFallback({ server }: Explanation, { config }: ExplainedHop): boolean {
  return server?.config.fallback === config;
}

function lineOfHop({ config: { lines } }: ExplainedHop): number | null {
  return lines?.line ?? null;
}

function lost({ name, why, line }: { name: string; why: string; line: number | undefined }) {
  return { name, why, line: line ?? null };
}
