import { assertEquals } from "@std/assert";
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";

const TEXT = "servers:\n  # Straße\n  - root: Übung\n";

const utf8 = new TextEncoder().encode(TEXT);

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), littleEndian);
  return bytes;
}

function utf32(text: string, littleEndian: boolean): Uint8Array {
  const characters = [...text], bytes = new Uint8Array(characters.length * 4);
  const view = new DataView(bytes.buffer);
  characters.forEach((character, i) => view.setUint32(i * 4, character.codePointAt(0)!, littleEndian));
  return bytes;
}

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

Deno.test("a configuration is UTF-8, with a byte order mark or without", () => {
  for (const bytes of [utf8, new Uint8Array([0xef, 0xbb, 0xbf, ...utf8])]) {
    assertEquals(
      decodeConfig(bytes, "/site/webserv.yaml").config?.servers[0]?.fallback.files.root,
      "/site/Übung",
    );
  }
});

Deno.test("a configuration in another encoding is refused by its name, with the line", () => {
  const table: readonly (readonly [bytes: Uint8Array, message: string])[] = [
    [
      latin1(TEXT),
      "webserv.yaml:2: not UTF-8 (byte 0xDF): it looks like Latin-1 (ISO 8859-1): save the file as UTF-8",
    ],
    [
      latin1(TEXT.replace("Straße", "Euro \x80")),
      "webserv.yaml:2: not UTF-8 (byte 0x80): it looks like Windows-1252: save the file as UTF-8",
    ],
    [
      new Uint8Array([...utf8, 0x23, 0xfc, 0x0a]),
      "webserv.yaml:4: not UTF-8 (byte 0xFC), though other characters are: save the file as UTF-8",
    ],
    [
      new Uint8Array([...utf8, 0xc3]),
      "webserv.yaml:4: not UTF-8 (byte 0xC3), though other characters are: save the file as UTF-8",
    ],
    [utf16("\ufeff" + TEXT, true), "webserv.yaml: the file is UTF-16: save it as UTF-8"],
    [utf16("\ufeff" + TEXT, false), "webserv.yaml: the file is UTF-16: save it as UTF-8"],
    [utf16(TEXT, true), "webserv.yaml: the file is UTF-16: save it as UTF-8"],
    [utf16(TEXT, false), "webserv.yaml: the file is UTF-16: save it as UTF-8"],
    [new Uint8Array([0xff, 0xfe, 0, 0, 0x73, 0, 0, 0]), "webserv.yaml: the file is UTF-32: save it as UTF-8"],
    [
      utf16("# Кириллица, 漢字 und fast kein ASCII\n" + TEXT, true),
      "webserv.yaml: the file is UTF-16: save it as UTF-8",
    ],
    [
      utf16("# " + "漢字".repeat(200) + "\n" + TEXT, false),
      "webserv.yaml: the file is UTF-16: save it as UTF-8",
    ],
    [utf32(TEXT, true), "webserv.yaml: the file is UTF-32: save it as UTF-8"],
    [utf32(TEXT, false), "webserv.yaml: the file is UTF-32: save it as UTF-8"],
    [utf32("\ufeff" + TEXT, false), "webserv.yaml: the file is UTF-32: save it as UTF-8"],
    [latin1("servers:\n" + "  # NUL \0\n".repeat(50)), "webserv.yaml:2: a NUL byte: this is no text file"],
    [latin1("servers:\n\0"), "webserv.yaml:2: a NUL byte: this is no text file"],
  ];
  for (const [bytes, message] of table) {
    const { issues = [] } = decodeConfig(bytes, "/site/webserv.yaml");
    assertEquals(issues.map((issue) => formatIssue(issue, "/site")), [message]);
  }
});

Deno.test("the byte that is named is the first that the runtime takes for no part of a character", () => {
  const isUtf8 = (bytes: Uint8Array) => {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes) !== undefined;
    } catch {
      return false;
    }
  };
  const edges = [
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc1,
    0xc2,
    0xe0,
    0xe1,
    0xed,
    0xf0,
    0xf1,
    0xf4,
    0xf5,
  ];
  for (const first of edges) {
    for (const second of edges) {
      for (const third of edges) {
        // The last is one more character if the three are none, and cannot be a part of one.
        const bytes = new Uint8Array([0x0a, first, second, third, 0x0a, 0xff]);
        const { issues = [] } = decodeConfig(bytes, "/webserv.yaml");
        const [, shown] = /byte 0x(..)/.exec(issues[0]!.message)!;
        let good = 1;
        for (let end = 2; end <= 5; end++) if (isUtf8(bytes.subarray(0, end))) good = end;
        assertEquals(parseInt(shown!, 16), bytes[good], `${bytes}`);
      }
    }
  }
});
