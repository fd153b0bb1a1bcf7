/**
 * Where a `return` leads: a path or an address, with variables.
 *
 * SECURITY: what a client sends must not choose the host (an open redirect), so in an address only `$host` and
 * `$remote_addr` may stand in its place, and whatever leads to a path is held to one slash at its beginning when it is put
 * together (lib/site/returns).
 *
 * @module
 */
import { quote } from "./issues.ts";
import { RETURN_VARIABLES, type Template, type Variable } from "./value_types.ts";
import { ValueError } from "./values.ts";
import { hasVariables, parseTemplate } from "./variables.ts";

/**
 * A target, encoded so far as it is written.
 *
 * @throws {ValueError} if it is none, or if a client could choose the host
 */
export function parseTarget(text: string): string | Template {
  const template = parseTemplate(text, RETURN_VARIABLES);
  if (template.length === 0) throw wrong(text);
  const encoded = template.map((part) => typeof part === "string" ? encode(part, text) : part);
  if (!hasVariables(encoded)) return encoded.join("");
  if (!isSafe(encoded)) {
    throw new ValueError(
      `expected a target whose host no client can choose, such as "/new$uri" or "https://$host$request_uri", not ${
        quote(text)
      }`,
    );
  }
  return encoded.map((part, index) =>
    typeof part === "object" && part.variable === "remote_addr" &&
      HOST_BEGINS.test(sampleOf(encoded.slice(0, index)))
      ? { ...part, isHost: true }
      : part
  );
}

function encode(part: string, text: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x20\x7f"<>\\^`{|}]/.test(part) || !part.isWellFormed()) throw wrong(text);
  // A field value has to be ASCII to arrive as it was meant.
  return part.replace(/[^\x21-\x7e]+/g, encodeURIComponent);
}

function wrong(text: string): ValueError {
  return new ValueError(`expected a path or an address to redirect to, not ${quote(text)}`);
}

/** What stands for a variable while a target is looked at: these two characters stand in no target. */
const PATH = "\u0001", CHOSEN = "\0";

const SAMPLES: Readonly<Record<Variable, string>> = {
  host: "host",
  http_host: CHOSEN,
  remote_addr: "host",
  scheme: "https",
  uri: PATH,
  request_uri: PATH,
  args: CHOSEN,
};

/** A path of ours, or an address with a host that is written or `$host`. */
function isSafe(template: Template): boolean {
  const sample = sampleOf(template);
  if (typeof template[0] !== "string" && !STARTS_WELL.test(sample)) return false;
  return ADDRESS.test(sample) ? HAS_HOST.test(sample) : !CHOSEN_START.test(sample);
}

function sampleOf(template: Template): string {
  return template.map((part) => typeof part === "string" ? part : SAMPLES[part.variable]).join("");
}

/** What stands behind it is a host. */
const HOST_BEGINS = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/?#@]*@)?$/i;

const STARTS_WELL = new RegExp(`^(?:${PATH}|https:)`);

/** Browsers need no slashes behind the schemes that they know, and make a host of what has two behind any other. */
const ADDRESS = new RegExp(
  `^(?:(?:https?|wss?|ftp|file):|(?:[a-z][a-z0-9+.-]*:)?//|[a-z][a-z0-9+.-]*:[/${PATH}${CHOSEN}])`,
  "i",
);

const HAS_HOST = new RegExp(`^(?:[a-z][a-z0-9+.-]*:)?//[^/?#${CHOSEN}${PATH}]+(?:[/?#${PATH}]|$)`, "i");

const CHOSEN_START = new RegExp(`^[^/?#${PATH}]*${CHOSEN}`);
