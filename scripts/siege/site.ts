/**
 * The site that is besieged: files, programs and a store in a folder of their own.
 *
 * @module
 */
import { join } from "@std/path";

/** Bytes of `/large.bin`. */
export const LARGE = 4 * 1024 * 1024;

/** What `/small.txt` holds. */
export const SMALL = "small but whole\n".repeat(64);

/** How many files `/many/` lists. */
export const MANY = 500;

/** What `/large.bin` holds: every place has another neighbourhood. */
export const PATTERN = Uint8Array.from(
  { length: LARGE },
  (_, index) => (index * 31 + (index >> 8) * 7 + (index >> 16)) & 0xff,
);

/** `/cgi/echo.sh` gives back what it is sent; `/cgi/slow.sh` prints a line and then sleeps for long. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "echo.sh": "printf 'Content-Type: application/octet-stream\\n\\n'\nexec cat\n",
  "hello.sh": "printf 'Content-Type: text/plain\\n\\nhello %s' \"$QUERY_STRING\"\n",
  "slow.sh": "printf 'Content-Type: text/plain\\n\\nfirst'\nsleep 60\n",
};

/** Makes the files. */
export function makeSite(folder: string): void {
  for (const name of ["site/many", "cgi", "store", "other"]) {
    Deno.mkdirSync(join(folder, name), { recursive: true });
  }
  Deno.writeTextFileSync(join(folder, "site/small.txt"), SMALL);
  Deno.writeFileSync(join(folder, "site/large.bin"), PATTERN);
  for (let i = 0; i < MANY; i++) Deno.writeTextFileSync(join(folder, `site/many/${i}.txt`), String(i));
  for (const [name, text] of Object.entries(PROGRAMS)) {
    Deno.writeTextFileSync(join(folder, "cgi", name), text);
  }
}

/**
 * The configuration.
 *
 * @param round from one to the next every other one is taken up in place, and every other one by new workers, since it
 * needs other permissions
 */
export function configuration(port: number, round: number): string {
  const extra = Math.floor(round / 2) % 2 === 0 ? "" : "\n      /other/: { alias: other }";
  return `workers: 2
access_log: access.log
error_log: error.log
timeouts: { header: 20s, body: 5s, keep_alive: 5s, shutdown: 5s }
servers:
  - listen: ${port}
    root: site
    add_header: { X-Round: "${round}" }
    locations:
      /many/: { autoindex: on }
      /store/: { upload_store: store, client_max_body_size: 8M }
      /cgi/: { alias: cgi, cgi: { .sh: sh }, client_max_body_size: 8M }${extra}
`;
}
