import { assert, assertEquals, assertMatch } from "@std/assert";
import { columnsOf } from "../../lib/bytes/columns.ts";
import type { AccessEntry } from "../../lib/server/access_formats.ts";
import { coloured, devLine } from "../../lib/server/dev_format.ts";

// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[\d;]*m/g;

/** In whatever zone this machine is. */
const NOW = new Date(2026, 10, 28, 9, 5, 3, 678).getTime();

const ENTRY: AccessEntry = {
  remote: "127.0.0.1",
  host: "localhost",
  method: "GET",
  target: "/a.txt",
  protocol: "HTTP/1.1",
  status: 200,
  bytes: 1234,
  duration: 3.14159,
  referer: undefined,
  userAgent: undefined,
};

interface Changes extends Partial<AccessEntry> {
  readonly local?: string;
  readonly why?: string;
  readonly columns?: number;
  readonly showsHost?: boolean;
}

function line({ local = "127.0.0.1", why, columns, showsHost = false, ...entry }: Changes = {}): string {
  return devLine({ ...ENTRY, ...entry }, { local, why, showsHost }, NOW, columns);
}

Deno.test("a line has time, status, method, path, size and duration, and what else is worth knowing", () => {
  const cases: [Changes, string][] = [
    [{}, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms"],
    [{ method: "DELETE", status: 204, bytes: 0 }, "09:05:03 204 DELETE /a.txt  0 B  3.1 ms"],
    [{ duration: 0.04 }, "09:05:03 200 GET  /a.txt  1.2 KiB  0.0 ms"],
    [{ duration: 37.6 }, "09:05:03 200 GET  /a.txt  1.2 KiB  38 ms"],
    [{ duration: 999.6 }, "09:05:03 200 GET  /a.txt  1.2 KiB  1.0 s"],
    [{ duration: 95_000 }, "09:05:03 200 GET  /a.txt  1.2 KiB  95 s"],
    // It began under a log that takes no time.
    [{ duration: 0 }, "09:05:03 200 GET  /a.txt  1.2 KiB"],
    [{ method: "", target: "", status: 400, duration: 0, bytes: 9 }, "09:05:03 400 -    -  9 B"],
    // The client, unless it is this machine.
    [{ remote: "192.0.2.7" }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms  192.0.2.7"],
    [{ remote: "::ffff:192.0.2.7" }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms  192.0.2.7"],
    [{ remote: "192.0.2.7", local: "192.0.2.7" }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms"],
    [{ remote: "::ffff:127.0.0.1", local: "::" }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms"],
    [{ remote: "::1" }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms"],
    // The host where it says more than the path.
    [
      { showsHost: true, host: "shop.localhost" },
      "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms  shop.localhost",
    ],
    [{ showsHost: true, host: "" }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms"],
    [{ showsHost: true, host: "a", columns: 44 }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms  a"],
    // The reason, unless it is the status in other words.
    [
      { status: 404, why: "not found in /srv" },
      "09:05:03 404 GET  /a.txt  1.2 KiB  3.1 ms  not found in /srv",
    ],
    [{ status: 500, why: "Error: x\n  at y" }, "09:05:03 500 GET  /a.txt  1.2 KiB  3.1 ms  Error: x"],
    [{ status: 405, why: "Method Not Allowed" }, "09:05:03 405 GET  /a.txt  1.2 KiB  3.1 ms"],
    // What was done on purpose is no fault.
    [
      { weather: "delay 300ms, cut 2k" },
      "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms  weather: delay 300ms, cut 2k",
    ],
    [
      { status: 503, weather: "fail 503", why: "on purpose" },
      "09:05:03 503 GET  /a.txt  1.2 KiB  3.1 ms  weather: fail 503  on purpose",
    ],
    [{ status: 200, why: "nobody asks" }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms"],
    // Names in other alphabets are for reading; what would be a blank or a control character stays encoded.
    [{ target: "/%E6%97%A5/%c3%bc%20?a=%2F" }, "09:05:03 200 GET  /日/ü%20?a=%2F  1.2 KiB  3.1 ms"],
    [{ target: "/%ff%C2%85%E2%80%AE" }, "09:05:03 200 GET  /%ff%C2%85%E2%80%AE  1.2 KiB  3.1 ms"],
    [{ target: "/\x1b[2J\u202e\u0085" }, "09:05:03 200 GET  /\\x1B[2J\\u{202E}\\x85  1.2 KiB  3.1 ms"],
  ];
  for (const [changes, expected] of cases) assertEquals(line(changes), expected);
});

Deno.test("a line is cut at the terminal's width: of the path and the reason something is left", () => {
  const target = "/assets/vendor/some-library/dist/some-library.min.js?v=12345";
  const why = "not found in /home/somebody/projects/site/public";
  const cases: [Changes, string][] = [
    [{ columns: 80 }, "09:05:03 200 GET  /a.txt  1.2 KiB  3.1 ms"],
    [
      { target, columns: 80 },
      "09:05:03 200 GET  /assets/vendor/some-library/dist/some-librar…  1.2 KiB  3.1 ms",
    ],
    [
      { target, status: 404, why, columns: 80 },
      "09:05:03 404 GET  /assets/vendor/some-li…  1.2 KiB  3.1 ms  not found in /home/…",
    ],
    [
      { status: 404, why, columns: 80 },
      "09:05:03 404 GET  /a.txt  1.2 KiB  3.1 ms  not found in /home/somebody/projects…",
    ],
    [{ target, columns: 40 }, "09:05:03 200 GET  /assets/vendor/some-l…"],
    [{ status: 404, why, columns: 40 }, "09:05:03 404 GET  /a.txt  1.2 KiB"],
    [{ target, columns: 12 }, "09:05:03 20…"],
    [
      { target: `/${"日本語".repeat(20)}`, columns: 60 },
      "09:05:03 200 GET  /日本語日本語日本語日本…  1.2 KiB  3.1 ms",
    ],
  ];
  for (const [changes, expected] of cases) assertEquals(line(changes), expected);
  for (let columns = 1; columns < 200; columns++) {
    const cut = line({ target: `${target}日本語e\u0301`, status: 404, why, remote: "2001:db8::1", columns });
    assertEquals(columnsOf(cut) <= columns, true, `${columns}: ${cut}`);
  }
});

Deno.test("coloured() shows the class of the status, and takes nothing of a line away", () => {
  const plain = (text: string) => text.replace(COLOURS, "");
  const cases: [Changes, RegExp][] = [
    [{}, /^<2m09:05:03<0m <32m200<0m <2mGET<0m {2}\/a\.txt<2m {2}1\.2 KiB {2}3\.1 ms<0m$/],
    [{ target: "/a?b=/c?d" }, / {2}\/a<2m\?b=\/c\?d {2}1\.2 KiB/],
    [{ status: 304 }, /<36m304/],
    [{ status: 404, why: "gone" }, /<33m404.*<33m {2}gone<0m$/],
    [{ status: 500 }, /<31m500/],
    [{ method: "POST" }, / POST \/a\.txt/],
  ];
  for (const [changes, expected] of cases) {
    const shown = coloured(line(changes));
    assertMatch(shown.replaceAll("\x1b[", "<"), expected);
    assertEquals(plain(shown), line(changes));
  }
  // A line that somebody else has written is left as it is.
  for (const other of ["", "warning: 3 log lines were dropped", "10:00:00 nonsense"]) {
    assertEquals(coloured(other), other);
  }
  // However odd it is, looking at it takes no more than reading it.
  const before = performance.now();
  coloured(`10:00:00 200 GET ${"x".repeat(200_000)}\u2028`);
  coloured(`10:00:00 200 ${"x".repeat(200_000)}${" ".repeat(200_000)}`);
  assert(performance.now() - before < 2000);
  for (let columns = 1; columns < 80; columns++) {
    const cut = line({ status: 503, why: "there are too many", columns });
    assertEquals(plain(coloured(cut)), cut);
  }
  assertEquals(COLOURS.test(line()), false);
});
