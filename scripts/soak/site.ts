/**
 * The site of a soak: that of a siege, and besides everything that a siege has not.
 *
 * @module
 */
import { join } from "@std/path";
import { makeSite as makeSiegeSite, PATTERN } from "../siege/site.ts";

/** Bytes of `/medium.bin`, which begins as `/large.bin` does. */
export const MEDIUM = 100 * 1024;

/** What `/text.txt` holds: it is compressed once and kept. */
export const TEXT = Array.from({ length: 2500 }, (_, i) => `line ${i}: ${(i * 7919) % 9973} of a text\n`)
  .join("");

/** What `/long.txt` holds: it is compressed anew each time, as it is sent. */
export const LONG = TEXT.repeat(30);

/** The files of `/folder/`, by name. */
export const FOLDER: Readonly<Record<string, string | Uint8Array>> = {
  "a.txt": "first",
  "b.bin": PATTERN.subarray(0, MEDIUM),
  "c.txt": TEXT,
  "inner/d.txt": "last",
};

/** What `/page.md` holds, and what of it has to be in the page. */
export const MARKDOWN = "# Title\n\nText with *emphasis*.\n";
export const RENDERED = "<em>emphasis</em>";

export const USER = { name: "anna", password: "only for a soak" };

/** `die.sh` is cut within its answer, `silent.sh` says nothing, `nonsense.sh` says what is no answer. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "die.sh": "printf 'Content-Type: text/plain\\nContent-Length: 100\\n\\nfirst'\nkill -KILL $$\n",
  "silent.sh": "exit 3\n",
  "nonsense.sh": "echo nonsense\n",
  "status.sh": "printf 'Status: 418 Teapot\\nContent-Type: text/plain\\n\\nteapot'\n",
  "stderr.sh": "echo complaint >&2\nprintf 'Content-Type: text/plain\\n\\nsaid'\n",
};

/** What differs from one machine, and from one soak, to another. */
export interface SiteOptions {
  readonly port: number;
  /** The port for TLS, and PEM files for it; undefined where the server cannot speak it. */
  readonly tls: { readonly port: number; readonly certificate: string; readonly key: string } | undefined;
  /** Upstreams: one that does as it should, and one that ends its connections. */
  readonly upstream: number;
  readonly dropping: number;
  readonly hasPhp: boolean;
}

/** Processes of PHP that the server starts. */
const PHP_PROCESSES = 2;

/** Makes the files. */
export async function makeSite(folder: string): Promise<void> {
  makeSiegeSite(folder);
  for (const name of ["site/folder/inner", "dav", "live", "php", "users", "tmp"]) {
    Deno.mkdirSync(join(folder, name), { recursive: true });
  }
  const texts = {
    "site/text.txt": TEXT,
    "site/long.txt": LONG,
    "site/page.md": MARKDOWN,
    "live/page.html": "<title>page</title>",
    "users/secret.txt": "secret",
    "users.htpasswd": `${USER.name}:{SHA}${await sha1(USER.password)}\n`,
    "php/echo.php": "<?php header('Content-Type: application/octet-stream'); readfile('php://input');",
    "php/hello.php": "<?php echo 'hello ', $_GET['n'];",
    "php/fail.php": "<?php header('Status: 500'); echo 'failed';",
    ...Object.fromEntries(Object.entries(PROGRAMS).map(([name, text]) => [`cgi/${name}`, text])),
  };
  for (const [name, text] of Object.entries(texts)) Deno.writeTextFileSync(join(folder, name), text);
  Deno.writeFileSync(join(folder, "site/medium.bin"), PATTERN.subarray(0, MEDIUM));
  for (const [name, content] of Object.entries(FOLDER)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(join(folder, "site/folder", name), bytes);
  }
}

async function sha1(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(hash)));
}

/**
 * The configuration.
 *
 * @param round its number, so that each differs from the one before
 * @param hasOther with one location more, which needs another permission: only new workers can have it
 */
export function configuration(options: SiteOptions, round: number, hasOther: boolean): string {
  const { port, tls, upstream, dropping, hasPhp } = options;
  const isOn = (condition: boolean, line: string) => condition ? [`      ${line}`] : [];
  const server = (listen: string, more = "") =>
    [
      `  - listen: ${listen}`,
      ...more === "" ? [] : [more],
      "    root: site",
      `    add_header: { X-Round: "${round}" }`,
      "    locations:",
      "      /many/: { autoindex: on }",
      "      /folder/: { autoindex: on }",
      "      /store/: { upload_store: store, client_max_body_size: 8M }",
      "      /dav/: { upload_store: dav, dav: on, autoindex: on }",
      "      /live/: { alias: live, live_reload: on }",
      '      /users/: { alias: users, auth_basic: "Soak", auth_basic_user_file: users.htpasswd }',
      "      /slow/: { alias: site, delay: 100ms, limit_rate: 1M }",
      "      /cgi/: { alias: cgi, cgi: { .sh: sh }, client_max_body_size: 8M }",
      `      /up/: { proxy_pass: "http://127.0.0.1:${upstream}/", client_max_body_size: 8M }`,
      `      /drop/: { proxy_pass: "http://127.0.0.1:${dropping}/" }`,
      ...isOn(
        hasPhp,
        `/php/: { alias: php, fastcgi: { .php: { spawn: php-cgi, processes: ${PHP_PROCESSES} } }, client_max_body_size: 8M }`,
      ),
      ...isOn(hasOther, "/other/: { alias: other }"),
    ].join("\n");
  return [
    "workers: 2",
    "access_log: access.log",
    "error_log: error.log",
    "timeouts: { header: 20s, body: 5s, keep_alive: 5s, shutdown: 5s }",
    "limits: { cgi_processes: 32 }",
    "servers:",
    server(String(port)),
    ...(tls === undefined ? [] : [
      server(
        `"${tls.port} ssl"`,
        `    ssl_certificate: ${tls.certificate}\n    ssl_certificate_key: ${tls.key}`,
      ),
    ]),
    "",
  ].join("\n");
}
