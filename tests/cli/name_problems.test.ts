import { assertEquals } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
import { nameProblems } from "../../lib/cli/name_problems.ts";
import { ListenError, listenError } from "../../lib/runtime/net.ts";

Deno.test("nameProblems() says of each name what keeps it from being listened on, and of no address", () => {
  const { config } = decodeConfig(
    `servers: [{ root: ., listen: [here:1, there:1, nobody:1, forbidden:1, 127.0.0.1:1, "[::1]:1", localhost:2] }]`,
    "/webserv.yaml",
  );
  const problems: Readonly<Record<string, ListenError>> = {
    there: listenError(new Deno.errors.AddrNotAvailable(), { hostname: "there", port: 0 }),
    nobody: new ListenError("the name nobody cannot be resolved", "unresolved", {
      hostname: "nobody",
      port: 0,
    }),
    forbidden: new ListenError("--allow-net=forbidden:0 is missing", "permission", {
      hostname: "forbidden",
      port: 0,
    }),
  };
  const listens = new Map(["there", "nobody", "forbidden"].map((name, at) => [`${name}:1`, `file:${at}`]));
  const lookUp = (name: string) => {
    if (problems[name] !== undefined) throw problems[name];
    return "127.0.0.1";
  };
  assertEquals(nameProblems({ config: config!, listens }, lookUp), [
    "file:0: there is no address of this machine",
    "file:1: the name nobody cannot be resolved: check its spelling",
    "file:2: --allow-net=forbidden:0 is missing: without it the name forbidden cannot be looked up",
  ]);
});
