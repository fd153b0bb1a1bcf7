/**
 * What to do about an address that cannot be listened on, and where it is to be changed.
 *
 * @module
 */
import { type Endpoint, endpointKey, isName } from "../http/endpoint.ts";
import type { System } from "../ports.ts";
import { ListenError } from "../runtime/net.ts";

/** Ports from here on are everybody's, unless the system is told otherwise. */
const FIRST_FREE_PORT = 1024;

/** Where the addresses come from. */
export interface AddressSources {
  /** By endpointKey(), where the file has each of them: `webserv.yaml:3 (servers[0].listen)`. */
  readonly listens: ReadonlyMap<string, string>;
  /** Options can still be given, and there is one address only for them to replace. */
  readonly takesOptions: boolean;
}

/** The same error with advice. @param executable what the system starts; undefined if we may not know */
export function withAdvice(
  error: ListenError,
  sources: AddressSources,
  executable: string | undefined,
  os: System = "linux",
): ListenError {
  const advice = adviceFor(error, sources, executable, os);
  return advice === undefined ? error : new ListenError(
    `${error.message}: ${advice}`,
    error.problem,
    error.endpoint,
    { cause: error },
  );
}

function adviceFor(
  { problem, endpoint }: ListenError,
  sources: AddressSources,
  executable: string | undefined,
  os: System,
): string | undefined {
  const where = (option: string) => placeOf(endpoint, sources, option);
  switch (problem) {
    case "taken":
      return `choose another ${where("--port")}`;
    case "foreign":
      return `choose another ${
        where("--host")
      }; 127.0.0.1 is for this machine alone, 0.0.0.0 for all its addresses`;
    case "unresolved":
      return `check its spelling, or write an IP address ${where("--host")}`;
    case "denied": {
      if (os === "windows") {
        return `choose another ${where("--port")}: Windows keeps those for itself that are listed by ` +
          `"netsh interface ipv4 show excludedportrange protocol=tcp"`;
      }
      if (endpoint.port >= FIRST_FREE_PORT) return `choose another ${where("--port")}`;
      if (os === "darwin") return `choose one from ${FIRST_FREE_PORT} on ${where("--port 8080")}`;
      const program = executable ?? "PROGRAM";
      return `choose one from ${FIRST_FREE_PORT} on ${where("--port 8080")}, or allow it with ` +
        `"sudo setcap cap_net_bind_service=+ep ${program}" or ` +
        `"sudo sysctl net.ipv4.ip_unprivileged_port_start=${endpoint.port}"`;
    }
    case "failed":
      return `choose another ${where("--host")}`;
    case "permission":
      return undefined;
  }
}

/** `with --port`, `in webserv.yaml:3 (servers[0].listen)`, or both. */
function placeOf(
  endpoint: Pick<Endpoint, "hostname" | "port">,
  { listens, takesOptions }: AddressSources,
  option: string,
): string {
  const place = listens.get(endpointKey({ ...endpoint, tls: false })) ?? placeOfName(endpoint.port, listens);
  const places = [
    ...(takesOptions ? [`with ${option}`] : []),
    ...(place === undefined ? [] : [`in ${place}`]),
  ];
  return places.join(", or ") || "in the configuration";
}

/** Where a name stands that was resolved since. */
function placeOfName(port: number, listens: ReadonlyMap<string, string>): string | undefined {
  for (const [key, place] of listens) {
    const [, hostname = "", written] = /^(.*):(\d+)$/.exec(key) ?? [];
    if (Number(written) === port && isName({ hostname })) return place;
  }
  return undefined;
}
