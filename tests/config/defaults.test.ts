import { assertEquals } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
import { fileConfig, folderConfig, type FolderOptions } from "../../lib/config/defaults.ts";
import type { Config, ServerConfig } from "../../lib/config/types.ts";

const PLAIN: FolderOptions = {
  root: "/site",
  hostname: "127.0.0.1",
  port: 8080,
  https: false,
  listing: false,
  spa: false,
  cors: false,
  headers: [],
  upload: false,
  cgi: false,
  workers: 1,
  quiet: false,
};

function decoded(yaml: string): Omit<Config, "file"> {
  const { config, issues } = decodeConfig(yaml, "/site/webserv.yaml");
  if (config === undefined) throw new Error(JSON.stringify(issues));
  const { file: _, ...rest } = config;
  return withoutLines(rest);
}

/** What the command line makes stands nowhere. */
function withoutLines(config: Omit<Config, "file">): Omit<Config, "file"> {
  const servers = config.servers.map(({ lines: _, ...server }) => {
    const { lines: _of, ...fallback } = server.fallback;
    return { ...server, fallback, locations: server.locations.map(({ lines: _, ...location }) => location) };
  });
  return { ...config, servers };
}

function onlyServer(config: Config): ServerConfig {
  assertEquals(config.servers.length, 1);
  return config.servers[0]!;
}

Deno.test("where nothing is written, what the reference has no plain value for is empty", () => {
  const { fallback, serverName, locations } = onlyServer(folderConfig(PLAIN));
  assertEquals(serverName, []);
  assertEquals(locations, []);
  assertEquals(fallback.access.allowedMethods, ["GET", "HEAD"]);
  assertEquals(fallback.answer, { errorPage: {}, addHeader: [] });
  assertEquals(fallback.programs.cgiEnv, {});
});

Deno.test("folderConfig() without options is what a file with a root alone says", () => {
  assertEquals<unknown>(folderConfig(PLAIN), decoded("servers: [{ root: . }]"));
});

Deno.test("folderConfig() takes address, workers, listing, cors and quiet over", () => {
  assertEquals<unknown>(
    folderConfig({
      ...PLAIN,
      hostname: "::1",
      port: 0,
      workers: "auto",
      listing: true,
      cors: true,
      quiet: true,
    }),
    decoded(`
workers: auto
access_log: off
servers: [{ listen: "[::1]:0", root: ., autoindex: on, cors: on }]
`),
  );
});

Deno.test("folderConfig() with spa falls back to the index page", () => {
  assertEquals<unknown>(
    folderConfig({ ...PLAIN, spa: true }),
    withPagesOnly(decoded("servers: [{ root: ., try_files: [$uri, $uri/, /index.html] }]")),
  );
});

/** What no file can say: the last of try_files is for pages. */
function withPagesOnly(config: Omit<Config, "file">): Omit<Config, "file"> {
  const [server] = config.servers;
  const { files } = server!.fallback;
  const tryFiles = { ...files.tryFiles!, isForPages: true };
  return {
    ...config,
    servers: [{ ...server!, fallback: { ...server!.fallback, files: { ...files, tryFiles } } }],
  };
}

Deno.test("folderConfig() adds the headers to every answer, those of programs too", () => {
  const headers = [["X-A", ["1", "2"]], ["Cross-Origin-Opener-Policy", ["same-origin"]]] as const;
  const { fallback, locations } = onlyServer(folderConfig({ ...PLAIN, cgi: true, headers }));
  for (const { answer } of [fallback, ...locations]) {
    assertEquals(answer.addHeader, [["X-A", "1"], ["X-A", "2"], [
      "Cross-Origin-Opener-Policy",
      "same-origin",
    ]]);
  }
});

Deno.test("fileConfig() is what a file says with two exact locations for one alias", () => {
  const { root: _, listing: _l, spa: _s, upload: _u, cgi: _c, ...plain } = PLAIN;
  const headers = [["X-A", ["1"]]] as const;
  const { fallback, locations } = onlyServer(
    fileConfig({ ...plain, file: "/site/a file.txt", cors: true, headers }),
  );
  const written = decoded(`
servers:
  - locations:
      /: { return: 404, cors: on, add_header: { X-A: 1 } }
      "= /":
        alias: a file.txt
        cors: on
        add_header: { X-A: 1, Content-Disposition: 'inline; filename="a file.txt"' }
      "= /a file.txt": { alias: a file.txt, cors: on, add_header: { X-A: 1 } }
`);
  assertEquals<unknown>([fallback, ...locations], written.servers[0]!.locations);
});

Deno.test("folderConfig() with upload stores files of any size in the folder that it serves", () => {
  const { fallback, locations } = onlyServer(folderConfig({ ...PLAIN, upload: true }));
  const stored = onlyServer(folderConfig(PLAIN)).fallback;
  assertEquals(locations, []);
  assertEquals(fallback, {
    ...stored,
    access: {
      ...stored.access,
      clientMaxBodySize: Infinity,
      allowedMethods: ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "MKCOL", "COPY", "MOVE"],
    },
    coding: { ...stored.coding, precompressed: false },
    store: { ...stored.store, uploadStore: "/site" },
  });
});

Deno.test("folderConfig() with cgi runs programs in cgi-bin alone", () => {
  const { fallback, locations } = onlyServer(folderConfig({ ...PLAIN, cgi: true, listing: true }));
  assertEquals(fallback, onlyServer(folderConfig({ ...PLAIN, listing: true })).fallback);
  const expected = decoded(`
servers:
  - root: .
    autoindex: on
    locations:
      /cgi-bin/:
        alias: cgi-bin
        index: [index.html, index.php]
        cgi_only: on
        cgi_debug: on
        cgi:
          .py: python3
          .php: php-cgi
          .pl: perl
          .rb: ruby
          .sh: sh
          .js: deno run -A
          .ts: deno run -A
          "*": true
`);
  assertEquals(locations, expected.servers[0]!.locations);
});

Deno.test("folderConfig() with cgi and upload does not store into cgi-bin", () => {
  const { locations } = onlyServer(folderConfig({ ...PLAIN, cgi: true, upload: true }));
  assertEquals(locations.map(({ path, store }) => [path, store.uploadStore]), [["/cgi-bin/", undefined]]);
  const { programFolder } = folderConfig({ ...PLAIN, cgi: true, upload: true });
  assertEquals(programFolder, "/site/cgi-bin");
  for (const one of [{ cgi: true }, { upload: true }]) {
    assertEquals(folderConfig({ ...PLAIN, ...one }).programFolder, undefined);
  }
});

Deno.test("folderConfig() with cgi and upload keeps Deno from a deno.json that was uploaded", () => {
  const wordsOf = (upload: boolean) => {
    const { locations } = onlyServer(folderConfig({ ...PLAIN, cgi: true, upload }));
    return [".js", ".ts"].map((extension) => String(locations[0]!.programs.cgi?.[extension]));
  };
  for (const words of wordsOf(true)) assertEquals(words, "deno,run,-A,--no-config,--no-lock");
  for (const words of wordsOf(false)) assertEquals(words, "deno,run,-A");
});
