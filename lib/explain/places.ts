/**
 * Where in the file stands what has decided.
 *
 * @module
 */
import type { Config, LocationConfig } from "../config/types.ts";
import { type Endpoint, endpointKey } from "../http/endpoint.ts";
import type { AnsweredBy } from "../site/trace.ts";
import { lineOf, lineOfEntry } from "./lines.ts";
import type { Hop } from "./recorder.ts";

/** The line of an address: of the first server that listens there. */
export function listenLine({ servers }: Config, endpoint: Endpoint): number | undefined {
  const key = endpointKey(endpoint);
  const first = servers.find(({ listen }) => listen.some((other) => endpointKey(other) === key));
  return lineOf(first?.lines, "listen");
}

/** Why it went on as it did, each with its line. */
export function linesOfReasons({ config, reasons }: Hop): { text: string; key?: string; line?: number }[] {
  return reasons.map(({ text, key }) => {
    const line = key === undefined ? undefined : lineOf(config.lines, key);
    return { text, ...key !== undefined && { key }, ...line !== undefined && { line } };
  });
}

/** The key that says who answers in the last location, and its line. */
export function answererKey(
  { by, hops }: { readonly by: AnsweredBy; readonly hops: readonly Hop[] },
): { key: string; line: number | undefined } | undefined {
  const config = hops.at(-1)?.config;
  if (config === undefined) return undefined;
  const keyed = (key: string, line = lineOf(config.lines, key)) => ({ key, line });
  switch (by.kind) {
    case "file":
    case "object":
      return keyed(folderKey(config));
    case "listing":
      return keyed("autoindex");
    case "return":
      return keyed("return");
    case "store":
      return keyed("upload_store");
    case "proxy":
      return keyed("proxy_pass");
    case "program": {
      if (config.programs.cgiScript !== undefined) return keyed("cgi_script");
      return keyed("cgi", lineOfExtension(config, "cgi", by.path));
    }
    case "fastcgi": {
      if (config.programs.fastcgiPass !== undefined) return keyed("fastcgi_pass");
      return keyed("fastcgi", lineOfExtension(config, "fastcgi", by.path ?? ""));
    }
    case "server":
      return undefined;
  }
}

/** The key by which a location has its files. */
function folderKey({ files }: LocationConfig): string {
  if (files.bucket !== undefined) return "bucket";
  return files.alias !== undefined ? "alias" : files.root !== undefined ? "root" : "upload_store";
}

function lineOfExtension({ lines }: LocationConfig, word: string, path: string): number | undefined {
  const extension = /\.[^./]*$/.exec(path)?.[0] ?? "";
  const own = lines?.keys[`${word}.${extension}`] ?? lines?.keys[`${word}.*`];
  return own ?? lineOfEntry(lines, word, extension);
}
