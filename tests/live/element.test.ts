import { assertEquals } from "@std/assert";
import { encodingOf, scriptElement } from "../../lib/live/element.ts";

Deno.test("encodingOf() goes by the first bytes, then by the field", () => {
  for (
    const [type, bytes, encoding] of [
      ["text/html", [], "ascii"],
      ["text/html; charset=utf-8", [0x3c], "ascii"],
      ["text/html; charset=shift_jis", [0x3c, 0x70], "ascii"],
      ["text/html; charset=UTF-16", [0x3c, 0], "utf-16le"],
      ['text/html;charset="utf-16be"', [0, 0x3c], "utf-16be"],
      ["text/html; charset=utf-8", [0xff, 0xfe], "utf-16le"],
      ["text/html; charset=utf-16le", [0xfe, 0xff], "utf-16be"],
      ["text/html; charset=constructor", [], "ascii"],
    ] as const
  ) assertEquals(encodingOf(type, new Uint8Array(bytes)), encoding, `${type} ${bytes}`);
});

Deno.test("scriptElement() is in the page's encoding, with its nonce", () => {
  const text = '<script src="/.webserv/live.js" nonce="a+/="></script>';
  assertEquals(new TextDecoder().decode(scriptElement("a+/=", "ascii")), text);
  assertEquals(new TextDecoder("utf-16le").decode(scriptElement("a+/=", "utf-16le")), text);
  assertEquals(new TextDecoder("utf-16be").decode(scriptElement("a+/=", "utf-16be")), text);
});
