/**
 * What a page's Content Security Policies let the script do (Content Security Policy 3): it has to be loaded, and to connect
 * to the stream of events. Only what comes from the page's own origin is asked about, so of most policies it is 'self', a
 * nonce, or a host that matters.
 *
 * @module
 */

/** The page's own origin. */
export interface PageOrigin {
  readonly scheme: "http" | "https";
  /** With its port, where that is not the scheme's own: as the field Host has it. */
  readonly host: string;
}

/** What all of a page's policies say together. */
export interface PolicyVerdict {
  /** What the script's element has to have; undefined where it needs none, or none helps. */
  readonly nonce: string | undefined;
  /** The directive that forbids the script or its stream, as it is written; undefined where none does. */
  readonly forbids: string | undefined;
}

/** One policy: the values of its directives by their names in lower case. */
type Policy = ReadonlyMap<string, string>;

/**
 * Looks at policies that are enforced, and at those that only report.
 *
 * @param enforced values of Content-Security-Policy, from fields and meta elements
 * @param reported values of Content-Security-Policy-Report-Only: whose reports are not to be of the script
 */
export function judgePolicies(
  enforced: readonly string[],
  reported: readonly string[],
  origin: PageOrigin,
): PolicyVerdict {
  const policies = parsePolicies(enforced), onlyReported = parsePolicies(reported);
  const nonces = [...policies, ...onlyReported].flatMap((policy) => noncesOf(scriptSources(policy)?.value));
  const candidates: (string | undefined)[] = [undefined, ...new Set(nonces)];
  const forbiddenWith = (list: readonly Policy[], nonce: string | undefined) =>
    list.map((policy) => forbiddenScript(policy, nonce, origin)).find((found) => found !== undefined);
  const allowed = candidates.filter((nonce) => forbiddenWith(policies, nonce) === undefined);
  const nonce = allowed.find((nonce) => forbiddenWith(onlyReported, nonce) === undefined) ?? allowed[0];
  const forbids = allowed.length === 0
    ? forbiddenWith(policies, undefined)
    : policies.map((policy) => forbiddenStream(policy, origin)).find((found) => found !== undefined);
  // Where no nonce is right for all, one of them is for most.
  return { nonce: allowed.length === 0 ? candidates[1] : nonce, forbids };
}

/** Each value may have several, with commas between them (section 3.1). */
function parsePolicies(values: readonly string[]): Policy[] {
  return values.flatMap((value) => value.split(",")).map(parsePolicy).filter(({ size }) => size > 0);
}

function parsePolicy(text: string): Policy {
  const directives = new Map<string, string>();
  for (const directive of text.split(";")) {
    const [, name, value = ""] = /^\s*([^\s]+)(?:\s+(.*?))?\s*$/s.exec(directive) ?? [];
    // Of those that are named twice the first one counts (section 2.2.1).
    if (name !== undefined && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), value);
  }
  return directives;
}

interface Sources {
  readonly directive: string;
  readonly value: string;
}

function firstOf(policy: Policy, names: readonly string[]): Sources | undefined {
  const directive = names.find((name) => policy.has(name));
  return directive === undefined ? undefined : { directive, value: policy.get(directive)! };
}

function scriptSources(policy: Policy): Sources | undefined {
  return firstOf(policy, ["script-src-elem", "script-src", "default-src"]);
}

function forbiddenScript(
  policy: Policy,
  nonce: string | undefined,
  origin: PageOrigin,
): string | undefined {
  const sandbox = policy.get("sandbox");
  if (sandbox !== undefined && !/(?:^|\s)allow-scripts(?:\s|$)/i.test(sandbox)) {
    return written("sandbox", sandbox);
  }
  const sources = scriptSources(policy);
  if (sources === undefined) return undefined;
  const { directive, value } = sources;
  if (nonce !== undefined && noncesOf(value).includes(nonce)) return undefined;
  // Then whatever names a place counts for nothing (section 8.2).
  const isStrict = /(?:^|\s)'strict-dynamic'(?:\s|$)/i.test(value);
  return !isStrict && matchesOwn(value, origin) ? undefined : written(directive, value);
}

function forbiddenStream(policy: Policy, origin: PageOrigin): string | undefined {
  const sandbox = policy.get("sandbox");
  // The page's origin is nobody's then, and the stream is another's.
  if (sandbox !== undefined && !/(?:^|\s)allow-same-origin(?:\s|$)/i.test(sandbox)) {
    return written("sandbox", sandbox);
  }
  const sources = firstOf(policy, ["connect-src", "default-src"]);
  return sources === undefined || matchesOwn(sources.value, origin)
    ? undefined
    : written(sources.directive, sources.value);
}

function written(directive: string, value: string): string {
  return value === "" ? directive : `${directive} ${value}`;
}

function noncesOf(value = ""): string[] {
  return value.split(/\s+/).flatMap((source) => NONCE.exec(source)?.[1] ?? []);
}

const NONCE = /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i;

/** True if a list of sources matches what comes from the page's own origin (section 6.7.2.7). */
function matchesOwn(value: string, origin: PageOrigin): boolean {
  return value.split(/\s+/).some((source) => matchesSource(source, origin));
}

function matchesSource(source: string, { scheme, host }: PageOrigin): boolean {
  if (source === "*" || /^'self'$/i.test(source)) return true;
  // A path may be named, too: it is asked for only whether it could be the script's.
  const [, named, hostName, port, path] = SOURCE.exec(source) ?? [];
  if (named !== undefined && !matchesScheme(named.toLowerCase(), scheme)) return false;
  if (hostName === undefined) return named !== undefined;
  if (path !== undefined && path !== "/" && !"/.webserv/live".startsWith(path)) return false;
  const at = /:\d+$/.exec(host), ownName = (at === null ? host : host.slice(0, at.index)).toLowerCase();
  const ownPort = at?.[0].slice(1) ?? PORT[scheme];
  return matchesHost(hostName.toLowerCase(), ownName) && matchesPort(port, ownPort, named ?? scheme);
}

const PORT = { http: "80", https: "443" } as const;

/** `https:`, or `[https://]example.com[:443][/path]`. */
const SOURCE =
  /^(?:([a-z][a-z0-9+.-]*):(?:\/\/(?=[^/])|$))?(?:(\*(?:\.[a-z0-9_-]+)*|[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::(\d+|\*))?(\/.*)?)?$/i;

/** A scheme stands for its secure form, too. */
function matchesScheme(named: string, scheme: string): boolean {
  return named === scheme || named === "http" && scheme === "https";
}

function matchesHost(pattern: string, host: string): boolean {
  return pattern === "*" || pattern === host || pattern.startsWith("*.") && host.endsWith(pattern.slice(1));
}

function matchesPort(port: string | undefined, own: string, scheme: string): boolean {
  return port === "*" || (port ?? (scheme === "https" ? "443" : "80")) === own;
}
