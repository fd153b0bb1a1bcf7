/**
 * What install.sh believes: what is within it and what is signed, and nothing for lying where the executable does.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { findProgram } from "../../lib/runtime/find_program.ts";
import {
  EXECUTABLE,
  EXECUTABLES,
  filesOf,
  install,
  KEY,
  listOf,
  OTHER_KEY,
  releases,
  scriptOf,
  TOOLS,
} from "../support/install.ts";
import { temporaryFolder } from "../support/launch.ts";

const hasProgram = (name: string) => findProgram(name, Deno.env.get("PATH") ?? "") !== undefined;
const missing = ["curl", "openssl"].filter((program) => !hasProgram(program));
const ignore = Deno.build.os === "windows" || missing.length > 0;
const reason = missing.length > 0 ? ` (${missing.join(" and ")} not installed)` : "";

const NAME = "webserv-linux-x64";
const SIGNED_TOOLS = [...TOOLS, "curl", "openssl"];

type Files = Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;

/** A release and what is asked of it. */
interface Case {
  readonly name: string;
  /** In place of what the release has. */
  readonly files?: () => Promise<Files> | Files;
  /** What is run; that of the release 1.0.0, with a key, if not told otherwise. */
  readonly script?: () => Promise<string>;
  /** WEBSERV_VERSION; none for the script's own. */
  readonly version?: string;
  readonly tools?: readonly string[];
  /** The end of what is said; it is installed where there is none. */
  readonly refused?: RegExp;
}

const own = () => scriptOf();
const older = () => scriptOf(EXECUTABLES, "1.0.0");
const withoutKey = () => scriptOf(EXECUTABLES, "1.0.0", "");
const template = () => scriptOf({}, "", "");
const tampered = `${EXECUTABLE}# tampered\n`;
const tamperedFiles = { ...EXECUTABLES, [NAME]: tampered };

/** What another version calls itself, signed as it was when it was released. */
async function rolledBack(): Promise<Files> {
  const files = { ...EXECUTABLES, [NAME]: EXECUTABLE.replace("9.9.9", "9.9.8") };
  const list = await listOf(files);
  return { ...files, SHA256SUMS: list, "SHA256SUMS.sig": KEY.sign(list) };
}

const CASES: readonly Case[] = [
  { name: "its own version, by the sums within it, without openssl", script: own, tools: [...TOOLS, "curl"] },
  { name: "its own version by name", script: own, version: "9.9.9", tools: [...TOOLS, "curl"] },
  { name: "its own version where no list lies beside it", script: own, files: () => ({ SHA256SUMS: "" }) },
  {
    name: "a tampered executable",
    script: own,
    files: () => ({ [NAME]: tampered }),
    refused:
      /the checksum of \S+\/v9\.9\.9\/webserv-linux-x64 is wrong.*: it is [0-9a-f]{64} and ought to be/,
  },
  {
    name: "a tampered executable with tampered sums beside it",
    script: own,
    files: async () => ({ [NAME]: tampered, SHA256SUMS: await listOf(tamperedFiles) }),
    refused: /the checksum of \S+ is wrong, so nothing is installed/,
  },
  { name: "another version that is signed", version: "9.9.9" },
  { name: "another version by the name of its tag", version: "v9.9.9" },
  {
    name: "another version with a list that has stars and no last line break",
    version: "9.9.9",
    files: async () => {
      const list = (await listOf(EXECUTABLES)).replaceAll("  ", " *").trim();
      return { SHA256SUMS: list, "SHA256SUMS.sig": KEY.sign(list) };
    },
  },
  {
    name: "another version, tampered",
    version: "9.9.9",
    files: () => ({ [NAME]: tampered }),
    refused: /the checksum of \S+ is wrong, so nothing is installed/,
  },
  {
    name: "another version, tampered with the sums beside it",
    version: "9.9.9",
    files: async () => ({ [NAME]: tampered, SHA256SUMS: await listOf(tamperedFiles) }),
    refused:
      /the signature of \S+\/v9\.9\.9\/SHA256SUMS is not by the key of webserv's releases, so nothing is/,
  },
  {
    name: "another version, tampered and signed by another key",
    version: "9.9.9",
    files: async () => {
      const list = await listOf(tamperedFiles);
      return { [NAME]: tampered, SHA256SUMS: list, "SHA256SUMS.sig": OTHER_KEY.sign(list) };
    },
    refused: /the signature of \S+ is not by the key/,
  },
  {
    name: "another version with a signature that is none",
    version: "9.9.9",
    files: () => ({ "SHA256SUMS.sig": "signed, really" }),
    refused: /the signature of \S+ is not by the key/,
  },
  {
    name: "another version with an empty signature",
    version: "9.9.9",
    files: () => ({ "SHA256SUMS.sig": "" }),
    refused: /the signature of \S+ is not by the key/,
  },
  {
    name: "an older release under a newer one's name",
    version: "9.9.9",
    files: rolledBack,
    refused: /webserv-linux-x64 is not version 9\.9\.9 but webserv 9\.9\.8: nothing is installed/,
  },
  {
    name: "a signed list without this system's executable",
    version: "9.9.9",
    files: async () => {
      const list = await listOf({ [`${NAME}.old`]: EXECUTABLE });
      return { SHA256SUMS: list, "SHA256SUMS.sig": KEY.sign(list) };
    },
    refused: /the checksums of version 9\.9\.9 have none for webserv-linux-x64: nothing is installed/,
  },
  {
    name: "another version that is not there",
    version: "9.9.10",
    refused: /\/v9\.9\.10\/SHA256SUMS could not be downloaded: check the address/,
  },
  {
    name: "another version without openssl",
    version: "9.9.9",
    tools: [...TOOLS, "curl"],
    refused: /openssl is not installed: without it, the signature of version 9\.9\.9 cannot be verified/,
  },
  {
    name: "another version where the script has no key",
    version: "9.9.9",
    script: withoutKey,
    refused: /version 9\.9\.9 cannot be verified: this script has neither its checksums nor a key/,
  },
  {
    name: "any version where the script has neither sums nor key",
    version: "9.9.9",
    script: template,
    refused: /version 9\.9\.9 cannot be verified: this script has neither its checksums nor a key/,
  },
  {
    name: "no version where the script has none",
    script: template,
    refused: /which version\? This script is/,
  },
  ...["../9.9.9", "9.9.9/..", "9.9.9?x", "9.9.9 9", "$(touch x)", "-o", "v", "9.9.9\n1", "9.9.é", "latest"]
    .map((
      version,
    ) => ({
      name: `the version ${JSON.stringify(version)}`,
      version,
      refused: /is no version: write it|which version/,
    })),
];

for (const { name, files, script = older, version, tools = SIGNED_TOOLS, refused } of CASES) {
  Deno.test({ name: `install.sh ${refused ? "refuses" : "installs"} ${name}${reason}`, ignore }, async () => {
    await using server = await releases(await files?.());
    await using folder = await temporaryFolder();
    await Deno.mkdir(join(folder.path, "bin"));
    await Deno.writeTextFile(join(folder.path, "bin/webserv"), "older");
    const { code, stderr } = await install(folder.path, {
      url: server.url,
      script: await script(),
      tools,
      ...(version !== undefined && { env: { WEBSERV_VERSION: version } }),
    });
    const installed = await Deno.readTextFile(join(folder.path, "bin/webserv"));
    assertEquals(await filesOf(folder.path), ["bin/webserv"]);
    if (refused) {
      assertMatch(stderr.trimEnd().split("\n").at(-1)!, refused);
      assertEquals([code, installed], [1, "older"], stderr);
    } else assertEquals([code, installed], [0, EXECUTABLES[NAME]], stderr);
  });
}

/** A server that says more than it sends, and one that does not say how much it sends. */
for (const length of ["Content-Length: 1000000\r\n", ""]) {
  for (const tool of ["curl", "wget"]) {
    const absent = !hasProgram(tool);
    const how = length === "" ? "no length was said" : "a length was said";
    Deno.test({
      name: `install.sh refuses half a download by ${tool} where ${how}${absent ? ` (no ${tool})` : ""}`,
      ignore: ignore || absent,
    }, async () => {
      await using folder = await temporaryFolder();
      await using server = halfServer(`HTTP/1.1 200 OK\r\n${length}Connection: close\r\n\r\n${EXECUTABLE}`);
      const { code, stderr } = await install(folder.path, {
        url: server.url,
        script: await own(),
        tools: [...TOOLS, tool],
      });
      assertEquals(code, 1, stderr);
      assertMatch(
        stderr.trimEnd().split("\n").at(-1)!,
        length === "" ? /the checksum of \S+ is wrong/ : /webserv-linux-x64 could not be downloaded/,
      );
      assertEquals(await filesOf(folder.path), []);
    });
  }
}

function halfServer(answer: string): AsyncDisposable & { readonly url: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    for await (const connection of listener) {
      using _ = connection;
      // The client may leave first.
      await connection.read(new Uint8Array(4096)).catch(() => null);
      await connection.write(new TextEncoder().encode(answer)).catch(() => null);
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await served;
    },
  };
}
