/**
 * Which fields go on, and which end here (RFC 9110 sections 7.6 and 7.8).
 *
 * SECURITY: framing is rebuilt by lib/http1 and never passed on; what a client says of its own address never reaches an
 * upstream, in whatever spelling, since many take an underscore for a dash.
 *
 * @module
 */
import { ownCopy } from "../bytes/latin1.ts";
import { FieldBlock } from "../http/fields.ts";
import type { Request } from "../http/message.ts";
import { forwardedFields } from "./forwarded.ts";
import type { AskedPath, Route } from "./route.ts";

/** For one connection alone, or made anew for the next one. */
const HOP_BY_HOP = [
  "connection",
  "content-length",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const NOT_FOR_UPSTREAMS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  "expect",
  "forwarded",
  "host",
  "max-forwards",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
]);

/** Of its kind: what else is said of who asked. Believed only of a proxy that is. */
const SAID_OF_CLIENT = /^x-(?:forwarded-|real-ip$)/;

/** Date and Server are of whoever speaks to the client, as nginx has it. */
const NOT_FOR_CLIENTS: ReadonlySet<string> = new Set([...HOP_BY_HOP, "date", "server"]);

/** What becomes of a field of a request: it goes on, it ends here, or it goes on from a proxy that is believed alone. */
type Fate = "on" | "ends" | "believed";

function fateOf(name: string): Fate {
  const lower = name.toLowerCase().replaceAll("_", "-");
  if (NOT_FOR_UPSTREAMS.has(lower)) return "ends";
  return SAID_OF_CLIENT.test(lower) ? "believed" : "on";
}

/** PERF: nearly all fields have one of some dozen names; each spelling is looked at once. */
const upstreamFates = new Map<string, Fate>();
const clientFates = new Map<string, Fate>();
const MOST_NAMES = 256;

function known(fates: Map<string, Fate>, name: string, find: (name: string) => Fate): Fate {
  const fate = fates.get(name);
  if (fate !== undefined) return fate;
  const found = find(name);
  if (fates.size < MOST_NAMES) fates.set(ownCopy(name), found);
  return found;
}

/** What is to be added to the fields of a request. */
export interface Additions {
  /** The value of Host. */
  readonly host: string;
  /** What is to be spoken instead. */
  readonly upgrade?: string | undefined;
  /** Of a client that knows no such field, as one of HTTP/2: the value of Sec-WebSocket-Key. */
  readonly webSocketKey?: string | undefined;
  /** An answer is waited for before the content goes. */
  readonly expects?: boolean;
}

/** The fields of a request to an upstream. */
export function upstreamFields(
  request: Request,
  route: Route,
  asked: AskedPath,
  added: Additions,
): FieldBlock {
  const { fields, forwarded } = request;
  const names = ["Host"], values = [added.host];
  const nominated = nominatedBy(fields), isBelieved = forwarded !== undefined;
  for (let i = 0; i < fields.names.length; i++) {
    const name = fields.names[i]!;
    const fate = known(upstreamFates, name, fateOf);
    if (fate === "ends" || (fate === "believed" && !isBelieved)) continue;
    if (nominated?.has(name.toLowerCase())) continue;
    if (added.webSocketKey !== undefined && name.toLowerCase() === "sec-websocket-key") continue;
    names.push(name);
    values.push(fields.values[i]!);
  }
  const add = (name: string, value: string) => {
    names.push(name);
    values.push(value);
  };
  add("Via", via(request));
  const lines = forwardedFields(request, fields.get("host"));
  for (let i = 0; i < lines.length; i += 2) add(lines[i]!, lines[i + 1]!);
  if (request.method === "OPTIONS") {
    const left = fields.get("max-forwards");
    // RFC 9110 section 7.6.2; with 0 it would not have come here.
    if (left !== undefined && /^[0-9]{1,9}$/.test(left)) add("Max-Forwards", String(Number(left) - 1));
  }
  if (added.webSocketKey !== undefined) add("Sec-WebSocket-Key", added.webSocketKey);
  if (added.upgrade !== undefined) add("Upgrade", added.upgrade);
  if (added.expects) add("Expect", "100-continue");
  return route.fields.length === 0
    ? new FieldBlock(names, values)
    : withSet(names, values, request, route, asked);
}

/**
 * proxy_set_header: in place of lines of the same name. There is always one Host.
 *
 * SECURITY: what makes variables of fields takes an underscore for a dash, so `X_User` would be X-User there.
 */
function withSet(
  names: readonly string[],
  values: readonly string[],
  request: Request,
  { fields }: Route,
  asked: AskedPath,
): FieldBlock {
  const set = new Map(fields.map((field) => [field.name.toLowerCase(), field.value(request, asked)]));
  if (set.get("host") === "") set.delete("host");
  const taken = new Set([...set.keys()].map(withDashes));
  const keeps = (_: string, index: number) => !taken.has(withDashes(names[index]!.toLowerCase()));
  const keptNames = names.filter(keeps), keptValues = values.filter(keeps);
  for (const { name } of fields) {
    const value = set.get(name.toLowerCase());
    if (value === undefined || value === "") continue;
    keptNames.push(name);
    keptValues.push(value);
  }
  return new FieldBlock(keptNames, keptValues);
}

function withDashes(name: string): string {
  return name.replaceAll("_", "-");
}

/** RFC 9110 section 7.6.3: a gateway says that it was there. */
function via({ fields, version }: Request): string {
  const own = `${version === "HTTP/2.0" ? "2.0" : version.slice("HTTP/".length)} ${PSEUDONYM}`;
  const before = fields.joined("via");
  return before === undefined ? own : `${before}, ${own}`;
}

const PSEUDONYM = "webserv";

/** A request that has come through this program so often goes in a circle. */
const MOST_PASSES = 16;

/** True for a request that goes in a circle. */
export function isCircling({ fields }: Request): boolean {
  const before = fields.joined("via");
  return before !== undefined && before.split(` ${PSEUDONYM}`).length > MOST_PASSES;
}

function clientFateOf(name: string): Fate {
  return NOT_FOR_CLIENTS.has(name.toLowerCase()) ? "ends" : "on";
}

/** The fields of an upstream's answer for the client. Those of the framing are told otherwise. */
export function clientFields(fields: FieldBlock, keepsUpgrade = false): FieldBlock {
  const nominated = nominatedBy(fields);
  const names: string[] = [], values: string[] = [];
  for (let i = 0; i < fields.names.length; i++) {
    const name = fields.names[i]!;
    const ends = known(clientFates, name, clientFateOf) === "ends" || nominated?.has(name.toLowerCase());
    if (ends && !(keepsUpgrade && name.toLowerCase() === "upgrade")) continue;
    names.push(name);
    values.push(fields.values[i]!);
  }
  // A script that is sent with another type runs where the upstream is asked itself, and so it does here.
  return new FieldBlock(names, values, FieldBlock.AS_THEY_ARE);
}

/** Fields that Connection names, in lower case (RFC 9110 section 7.6.1); undefined where it names none. */
function nominatedBy(fields: FieldBlock): ReadonlySet<string> | undefined {
  const value = fields.joined("connection");
  // PERF: what nearly all send.
  if (value === undefined || value === "keep-alive" || value === "close") return undefined;
  return new Set(value.toLowerCase().split(",").map((name) => name.trim()));
}
