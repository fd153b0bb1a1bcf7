import { assertEquals } from "@std/assert";
import {
  hasPrograms,
  inspectorNet,
  launchersFor,
  permissionFlag,
  permissionFlags,
  type PermissionSet,
  shellWord,
  socketPermissions,
  type SystemPaths,
  windowsWord,
  workerPermissions,
} from "../../lib/supervisor/permissions.ts";
import { fileConfig } from "../../lib/config/defaults.ts";
import { uploadStores } from "../../lib/config/places.ts";
import { configOf } from "./support.ts";

const PROGRAMS: Readonly<Record<string, string>> = { sh: "/bin/sh", python3: "/usr/bin/python3" };

/** A system where /srv/link leads to /mnt/real, and two programs are installed. */
const SYSTEM: SystemPaths = {
  realPath: (path) => path.replace(/^\/srv\/link(?=\/|$)/, "/mnt/real"),
  findProgram: (name) => name.includes("/") ? name : PROGRAMS[name],
  searchPath: "/usr/bin:/bin",
  launchers: { setsid: "/usr/bin/setsid" },
  spoolFolder: { path: "/tmp/spool" },
  netNamesSockets: true,
  poolSockets: ({ command }) => [`/tmp/pools/1/${command[0]}.sock`, `/tmp/pools/2/${command[0]}.sock`],
};

const server = (text: string) => `servers: [{ listen: 8080, ${text} }]`;
const setFor = (text: string, system = SYSTEM) => workerPermissions(configOf(text), system);
const set = (parts: Partial<PermissionSet>): PermissionSet => ({
  net: ["127.0.0.1:8080"],
  read: [],
  write: [],
  run: [],
  ...parts,
});

const CASES: readonly (readonly [name: string, text: string, expected: Partial<PermissionSet>])[] = [
  ["a root is read", server("root: www"), { read: ["/srv/www"] }],
  [
    "nothing but a redirect needs nothing but its address",
    server("locations: { /: { return: 301 /x } }"),
    {},
  ],
  [
    "every alias is read, a file's too",
    server("root: www, locations: { /a/: { alias: other }, = /b: { alias: one.txt } }"),
    { read: ["/srv/one.txt", "/srv/other", "/srv/www"] },
  ],
  [
    "a root that is a link is read under both names",
    server("root: link/www"),
    { read: ["/mnt/real/www", "/srv/link/www"] },
  ],
  [
    "folders that links may lead to are read under both names, and never written",
    server("root: www, allow_links_to: [link/data, /etc/app], locations: { /up/: { upload_store: up } }"),
    { read: ["/etc/app", "/mnt/real/data", "/srv/link/data", "/srv/up", "/srv/www"], write: ["/srv/up"] },
  ],
  [
    "where no files are, there are no links that may lead anywhere",
    server("allow_links_to: [link/data], locations: { /r/: { return: 204 } }"),
    {},
  ],
  [
    "a store is read and written, and nothing else is written",
    server("root: www, locations: { /up/: { upload_store: link/up } }"),
    { read: ["/mnt/real/up", "/srv/link/up", "/srv/www"], write: ["/mnt/real/up", "/srv/link/up"] },
  ],
  [
    "interpreters are run by their paths, with the launcher, and large bodies are spooled",
    server("locations: { /cgi/: { alias: cgi, cgi: { .py: [python3, -u], .sh: sh, .x: /opt/x } } }"),
    {
      read: ["/srv/cgi", "/tmp/spool"],
      write: ["/tmp/spool"],
      run: ["/bin/sh", "/opt/x", "/usr/bin/python3", "/usr/bin/setsid"],
    },
  ],
  [
    "an interpreter that is not installed cannot be run anyway",
    server("locations: { /cgi/: { alias: cgi, cgi: { .php: php-cgi, .sh: sh } } }"),
    { read: ["/srv/cgi", "/tmp/spool"], write: ["/tmp/spool"], run: ["/bin/sh", "/usr/bin/setsid"] },
  ],
  [
    "files that run themselves need the launcher alone",
    server("locations: { /cgi/: { alias: cgi, cgi: { '*': true } } }"),
    { read: ["/srv/cgi", "/tmp/spool"], write: ["/tmp/spool"], run: ["/usr/bin/setsid"] },
  ],
  [
    "other servers are connected to, those that are named and nothing else; names below localhost are this machine",
    server(`locations: {
      /a: { proxy_pass: [http://127.0.0.1:3000, "http://[::1]:3001/x", https://example.test] },
      /b: { proxy_pass: http://app.localhost:3002 }, /c: { proxy_pass: http://127.0.0.1:3000/y },
      /d: { proxy_pass: http://localhost:3003 } }`),
    {
      net: [
        "127.0.0.1:3000",
        "127.0.0.1:3002",
        "127.0.0.1:8080",
        "[::1]:3001",
        "example.test:443",
        "localhost:3003",
      ],
    },
  ],
  [
    "storages of the buckets that are used are connected to, by the bucket's own name where that stands before theirs",
    `buckets:
  media: { endpoint: "http://127.0.0.1:9000", access_key: KEY, secret_key: SECRET }
  named: { endpoint: "https://s3.example.test", bucket: films, path_style: off }
  local: { endpoint: "http://s3.localhost:9001" }
  unused: { endpoint: "http://127.0.0.1:9002" }
` + server(`locations: { /a/: { bucket: media/x, upload_store: bucket }, /b/: { bucket: named },
      /c/: { bucket: local } }`),
    { net: ["127.0.0.1:8080", "127.0.0.1:9000", "127.0.0.1:9001", "films.s3.example.test:443"] },
  ],
  [
    "a socket with a path is read and written",
    server('locations: { /a: { proxy_pass: "http://unix:run/app.sock:/x" } }'),
    {
      net: ["127.0.0.1:8080", "unix:/srv/run/app.sock"],
      read: ["/srv/run/app.sock"],
      write: ["/srv/run/app.sock"],
    },
  ],
  [
    "one program that is named is run without a launcher, and looked at",
    server("locations: { /git/: { cgi_script: /usr/lib/git/backend } }"),
    { read: ["/tmp/spool", "/usr/lib/git/backend"], write: ["/tmp/spool"], run: ["/usr/lib/git/backend"] },
  ],
  [
    "addresses of all servers, IPv6 in brackets, each once",
    'servers: [{ listen: ["[::1]:8080", 8080, "0.0.0.0:81"], root: a }, { listen: "[::1]:8080", server_name: x, root: a }]',
    { net: ["0.0.0.0:81", "127.0.0.1:8080", "[::1]:8080"], read: ["/srv/a"] },
  ],
  [
    "log files are the main thread's business",
    `access_log: a.log\nerror_log: e.log\n${server("root: www")}`,
    { read: ["/srv/www"] },
  ],
  [
    "FastCGI servers that are started here are connected to, and not run",
    server("root: www, fastcgi: { .php: { spawn: [php-cgi, -n] } }"),
    {
      net: ["127.0.0.1:8080", "unix:/tmp/pools/1/php-cgi.sock", "unix:/tmp/pools/2/php-cgi.sock"],
      read: ["/srv/www", "/tmp/pools/1/php-cgi.sock", "/tmp/pools/2/php-cgi.sock", "/tmp/spool"],
      write: ["/tmp/pools/1/php-cgi.sock", "/tmp/pools/2/php-cgi.sock", "/tmp/spool"],
    },
  ],
  [
    "FastCGI servers are connected to, exactly those that are named",
    server(
      'root: www, fastcgi: { .php: "unix:link/php.sock", .py: "py.test:9000", .rb: "[::1]:9001" }, ' +
        "locations: { /app/: { fastcgi_pass: app.localhost:9002 }, /b/: { fastcgi: { .php: unix:/run/b.sock } } }",
    ),
    {
      net: [
        "127.0.0.1:8080",
        "127.0.0.1:9002",
        "[::1]:9001",
        "py.test:9000",
        "unix:/run/b.sock",
        "unix:/srv/link/php.sock",
      ],
      read: ["/run/b.sock", "/srv/link/php.sock", "/srv/www", "/tmp/spool"],
      write: ["/run/b.sock", "/srv/link/php.sock", "/tmp/spool"],
    },
  ],
];

for (const [name, text, expected] of CASES) {
  Deno.test(`what a worker may do: ${name}`, () => assertEquals(setFor(text), set(expected)));
}

Deno.test("launchersFor() gives launchers only where programs are not all named one by one", () => {
  const launchers = { own: "/proc/self/fd/7", setsid: "/usr/bin/setsid" };
  const given = (text: string) => launchersFor(configOf(text), { ...SYSTEM, launchers });
  const interpreter = server(
    "root: cgi, locations: { /: { cgi: { .py: python3, .sh: /bin/sh, .rb: ruby } } }",
  );
  const script = server("locations: { /: { cgi_script: run } }");
  assertEquals(given(interpreter), {
    ...launchers,
    found: { searchPath: "/usr/bin:/bin", programs: { python3: "/usr/bin/python3" } },
  });
  assertEquals(given(script), {});
  assertEquals(given(server("root: www")), {});
  // Then a worker may start what it likes, anyway.
  assertEquals(given(`sandbox: off\n${script}`), {
    ...launchers,
    found: { searchPath: "/usr/bin:/bin", programs: {} },
  });
});

Deno.test("hasPrograms() and uploadStores() look into every location", () => {
  const config = configOf(
    server(
      "root: w, locations: { /a/: { upload_store: u }, /b/: { upload_store: u }, /c/: { cgi_script: /x } }",
    ),
  );
  assertEquals([hasPrograms(config), uploadStores(config)], [true, ["/srv/u"]]);
  const plain = configOf(server("root: w"));
  assertEquals([hasPrograms(plain), uploadStores(plain)], [false, []]);
});

Deno.test("permissionFlags() adds what the main thread needs to what workers get", () => {
  const config = configOf(
    `access_log: a.log\nerror_log: e.log\n${
      server("root: www, locations: { /c/: { alias: c, cgi: { .sh: sh } } }")
    }`,
  );
  const needs = {
    file: "/srv/webserv.yaml",
    modules: ["/opt/lib"],
    killers: ["/bin/kill"],
    net: [],
    variables: ["PATH"],
  };
  assertEquals(permissionFlags(config, workerPermissions(config, SYSTEM), needs), [
    "--no-prompt",
    "--allow-net=127.0.0.1:8080",
    "--allow-read=/opt/lib,/srv/a.log,/srv/c,/srv/e.log,/srv/webserv.yaml,/srv/www,/tmp/spool",
    "--allow-write=/srv/a.log,/srv/e.log,/tmp/spool",
    "--allow-run=/bin/kill,/bin/sh,/usr/bin/setsid",
    "--allow-env=PATH",
    "--allow-sys=uid",
  ]);
  const plain = configOf(server("root: www"));
  assertEquals(permissionFlags(plain, workerPermissions(plain, SYSTEM), needs), [
    "--no-prompt",
    "--allow-net=127.0.0.1:8080",
    "--allow-read=/opt/lib,/srv/webserv.yaml,/srv/www",
    "--allow-env=PATH",
  ]);
  // How much room a mounted store has.
  const mounted = configOf(server("root: www, locations: { /d/: { upload_store: d, dav: on } }"));
  const flags = permissionFlags(mounted, workerPermissions(mounted, SYSTEM), needs);
  assertEquals(flags.includes("--allow-sys=statfs"), true);
});

Deno.test("permissionFlags() lets the main thread start FastCGI servers, and no worker", () => {
  const config = configOf(server("fastcgi: { .php: { spawn: sh } }, locations: { /: { root: www } }"));
  const needs = { file: undefined, modules: [], killers: ["/bin/kill"], net: [], variables: [] };
  const workers = workerPermissions(config, SYSTEM);
  const pools = { run: ["/bin/sh"], folders: ["/tmp/pools"], net: ["unix:/tmp/pools/1/server.sock"] };
  const flags = permissionFlags(config, workers, { ...needs, pools });
  assertEquals([workers.run, flags.find((flag) => flag.startsWith("--allow-run"))], [
    [],
    "--allow-run=/bin/kill,/bin/sh",
  ]);
  assertEquals(
    flags.find((flag) => flag.startsWith("--allow-net")),
    "--allow-net=127.0.0.1:8080,unix:/tmp/pools/1/server.sock,unix:/tmp/pools/1/sh.sock,unix:/tmp/pools/2/sh.sock",
  );
  assertEquals(flags.includes("--allow-sys=uid"), true);
  for (const name of ["read", "write"]) {
    const flag = flags.find((flag) => flag.startsWith(`--allow-${name}`))!;
    assertEquals(flag.split(/[=,]/).includes("/tmp/pools"), true, flag);
  }
});

Deno.test("permissionFlags() names the whole host for port 0, since nobody knows the port yet", () => {
  const config = configOf('servers: [{ listen: ["127.0.0.1:0", "[::1]:0", 8080], root: www }]');
  const needs = { file: undefined, modules: [], killers: [], net: [], variables: [] };
  const [, net] = permissionFlags(config, workerPermissions(config, SYSTEM), needs);
  assertEquals(net, "--allow-net=127.0.0.1,127.0.0.1:8080,[::1]");
});

Deno.test("permissionFlags() lets names be looked up, which takes port 0 of them", () => {
  const config = configOf("servers: [{ listen: 8080, root: www }]");
  const needs = { file: undefined, modules: [], killers: [], net: ["a.test:0"], variables: [] };
  const [, net] = permissionFlags(config, workerPermissions(config, SYSTEM), needs);
  assertEquals(net, "--allow-net=127.0.0.1:8080,a.test:0");
});

Deno.test("permissionFlag() names the folder above where a comma cannot be written", () => {
  assertEquals(permissionFlag("read", ["/a/b", "/a/x,y/c", "/a/z,"]), "--allow-read=/a,/a/b");
  assertEquals(permissionFlag("read", ["/x,y"]), "--allow-read=/");
});

Deno.test("windowsWord() quotes what has a blank in it, and leaves paths alone", () => {
  const path = "--allow-read=C:/site,C:\\site";
  assertEquals(windowsWord(path), path);
  assertEquals(windowsWord("--allow-read=C:/Program Files"), '"--allow-read=C:/Program Files"');
});

Deno.test("shellWord() leaves plain words alone and quotes the rest", () => {
  const table: readonly (readonly [string, string])[] = [
    ["--allow-net=127.0.0.1:8080,[::1]:8080", "--allow-net=127.0.0.1:8080,[::1]:8080"],
    ["/a/b_c-d.e@f%g+h", "/a/b_c-d.e@f%g+h"],
    ["/with space", "'/with space'"],
    ["it's", `'it'\\''s'`],
    ['"$HOME`x`\\', `'"$HOME\`x\`\\'`],
    ["", "''"],
    ["~", "'~'"],
    ["*", "'*'"],
    ["ä", "'ä'"],
    ["a\nb", "'a\nb'"],
  ];
  for (const [word, expected] of table) assertEquals(shellWord(word), expected);
});

Deno.test({
  name: "a shell takes what shellWord() made for the word that it was made from",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const words = ["a b", "it's", `"'\\$(x)`, "*?[a]", "{a,b}", "a\nb", "-n", ";&|<>#!", ""];
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `for word in ${words.map(shellWord).join(" ")}; do printf '%s\\0' "$word"; done`],
    }).output();
    assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
  },
});

Deno.test("a worker that serves one file may read that file, and nothing else", () => {
  const options = {
    hostname: "127.0.0.1",
    port: 8080,
    https: false,
    cors: false,
    headers: [],
    workers: 1,
    quiet: false,
  };
  const config = fileConfig({ ...options, file: "/srv/www/a.txt" });
  assertEquals(workerPermissions(config, SYSTEM), {
    net: ["127.0.0.1:8080"],
    read: ["/srv/www/a.txt"],
    write: [],
    run: [],
  });
});

Deno.test("a variable of the loader takes the permission to run everything, where programs get it", () => {
  const table: readonly (readonly [keys: string, isAll: boolean])[] = [
    ["cgi_script: /bin/x, cgi_env: { LD_LIBRARY_PATH: /x }", true],
    ["root: w, cgi: { .sh: sh }, cgi_env: { DYLD_LIBRARY_PATH: /x }", true],
    ["root: w, cgi: { .sh: sh }, cgi_env: { ld_preload: /x }", true],
    ["root: w, cgi: { .sh: sh }, cgi_env: { LDFLAGS: x, A: b }", false],
  ];
  for (const [keys, isAll] of table) {
    const config = configOf(server(`locations: { /p/: { ${keys} } }`));
    assertEquals(workerPermissions(config, SYSTEM).run === "all", isAll, keys);
    const needs = { file: undefined, modules: [], killers: ["/bin/kill"], net: [], variables: [] };
    const flags = permissionFlags(config, workerPermissions(config, SYSTEM), needs);
    assertEquals(flags.includes("--allow-run"), isAll, keys);
    assertEquals(flags.filter((flag) => flag.startsWith("--allow-run")).length, 1);
  }
  const idle = configOf(server("root: w, cgi_env: { LD_X: y }"));
  assertEquals(workerPermissions(idle, SYSTEM).run, []);
});

Deno.test("a socket with a path is read and written, and an address where the runtime has it so", () => {
  const paths = ["/run/php/php-fpm.sock", "/srv/app.sock"], net = paths.map((path) => `unix:${path}`);
  for (const [netNamesSockets, expected] of [[true, net], [false, []]] as const) {
    assertEquals(socketPermissions(paths, { netNamesSockets }), { net: expected, read: paths, write: paths });
  }
});

Deno.test("the inspector's thread may listen on its address and reach this server by loopback, and no worker may either", () => {
  const text = 'servers: [{ listen: [8080, "0.0.0.0:8081", "[::]:8082", "192.0.2.1:8083"], root: . }]';
  assertEquals(inspectorNet(configOf(text)), []);
  const config = configOf(`admin: 8079\n${text}`);
  const needed = ["127.0.0.1:8079", "127.0.0.1:8080", "127.0.0.1:8081", "192.0.2.1:8083", "[::1]:8082"];
  assertEquals(inspectorNet(config), needed);
  const workers = workerPermissions(config, SYSTEM);
  assertEquals(workers.net.includes("127.0.0.1:8079"), false);
  const needs = { file: undefined, modules: [], killers: [], net: [], variables: [] };
  const flag = permissionFlags(config, workers, needs).find((flag) => flag.startsWith("--allow-net="))!;
  for (const address of needed) assertEquals(flag.split(/[=,]/).includes(address), true, address);
});
