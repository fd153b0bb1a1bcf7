import { assertEquals, assertThrows } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import { parseLockInfo, parsePropertyUpdate, parsePropfind } from "../../lib/dav/bodies.ts";
import { escapeText, writeElement } from "../../lib/dav/xml.ts";
import { readXml, XML_BOUNDS } from "../../lib/dav/xml_reader.ts";
import { toBytes } from "../support/wire.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const REFUSED: Readonly<Record<string, [string, number]>> = {
  "nothing": ["", 400],
  "an element that does not end": ["<a><b></a>", 400],
  "two roots": ["<a/><b/>", 400],
  "a document type": ["<!DOCTYPE a><a/>", 400],
  "an entity of its own": ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 400],
  "entities within entities": ['<!DOCTYPE a [<!ENTITY x "&y;&y;"><!ENTITY y "z">]><a>&x;</a>', 400],
  "an entity from elsewhere": ['<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 400],
  "an entity that is not declared": ["<a>&x;</a>", 400],
  "a prefix that is not declared": ["<b:a/>", 400],
  "a prefix that is taken back": ['<a xmlns:b=""/>', 400],
  "one attribute twice": ['<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>', 400],
  "another encoding": ['<?xml version="1.0" encoding="iso-8859-1"?><a/>', 400],
  "another version": ['<?xml version="1.1"?><a/>', 400],
  "no UTF-8": ["<a>\xff</a>", 400],
  "a control character": ["<a>\x01</a>", 400],
  "too deep a document": ["<a>".repeat(XML_BOUNDS.depth + 1) + "</a>".repeat(XML_BOUNDS.depth + 1), 413],
  "too many elements": [`<a>${"<b/>".repeat(XML_BOUNDS.elements)}</a>`, 413],
  "too large a document": [`<a>${"x".repeat(XML_BOUNDS.bytes)}</a>`, 413],
};

for (const [what, [text, status]] of Object.entries(REFUSED)) {
  Deno.test(`XML: ${what} is ${status}`, () => {
    assertEquals(assertThrows(() => readXml(toBytes(text)), HttpError).status, status);
  });
}

Deno.test("XML: what was read is written so that it is the same when it is read again", () => {
  const texts = [
    '<D:a xmlns:D="DAV:" xmlns="urn:x"><b xml:lang="de" c="1&#10;2">&lt;&#x41;<![CDATA[<&]]>é€\u{1f600}</b><D:c/></D:a>',
    '<p:a xmlns:p="urn:p" xmlns:q="urn:q&quot;&lt;" q:b="&quot;" d="&#9;"><p:c/> text&#13; </p:a>',
    '<a><b xmlns="DAV:"/><c xmlns="DAV:x"><b xmlns=""/></c></a>',
  ];
  for (const text of texts) {
    const read = readXml(utf8(text));
    const again = readXml(utf8(`<x xmlns:D="DAV:">${writeElement(read)}</x>`));
    assertEquals(again.children, [read]);
  }
});

Deno.test("XML: UTF-16 is read where a mark of its byte order begins it", () => {
  const text = "\ufeff<a>é</a>";
  const bytes = new Uint8Array([...text].flatMap((c) => [c.charCodeAt(0) >> 8, c.charCodeAt(0) & 0xff]));
  assertEquals(readXml(bytes).children, ["é"]);
});

Deno.test("XML: a file's name that XML has no characters for is written all the same", () => {
  assertEquals(escapeText("a\x01<b>&\ud800"), "a\ufffd&lt;b&gt;&amp;\ufffd");
});

Deno.test("propfind: all, names, named properties and what is to be included", () => {
  const ask = (inner: string) =>
    parsePropfind(utf8(`<propfind xmlns="DAV:" xmlns:x="urn:x">${inner}</propfind>`));
  assertEquals(parsePropfind(new Uint8Array()), { kind: "all", include: [] });
  assertEquals(ask("<allprop/>"), { kind: "all", include: [] });
  assertEquals(ask("<propname/>"), { kind: "names" });
  const found = ask("<prop><getetag/><x:y/></prop>");
  assertEquals(found.kind === "named" && found.names.map(({ namespace, name }) => [namespace, name]), [
    ["DAV:", "getetag"],
    ["urn:x", "y"],
  ]);
  const all = ask("<allprop/><include><x:y/></include><x:unknown/>");
  assertEquals(all.kind === "all" && all.include.map(({ name }) => name), ["y"]);
  for (const wrong of ["", "<prop/><allprop/>", "<x:allprop/>"]) assertThrows(() => ask(wrong), HttpError);
});

Deno.test("propertyupdate: changes come in the order of the document, each in the language around it", () => {
  const changes = parsePropertyUpdate(utf8(
    '<D:propertyupdate xmlns:D="DAV:" xmlns:x="urn:x"><D:set xml:lang="de"><D:prop><x:a>1</x:a></D:prop></D:set>' +
      "<D:remove><D:prop><x:b/></D:prop></D:remove><D:set><D:prop><x:b>2</x:b></D:prop></D:set></D:propertyupdate>",
  ));
  const written = changes.map((change) =>
    "set" in change ? writeElement(change.set) : `- ${change.remove.name}`
  );
  assertEquals(written, ['<a xmlns="urn:x" xml:lang="de">1</a>', "- b", '<b xmlns="urn:x">2</b>']);
});

Deno.test("lockinfo: exclusive or shared, and who it is", () => {
  const ask = (inner: string) => parseLockInfo(utf8(`<D:lockinfo xmlns:D="DAV:">${inner}</D:lockinfo>`));
  const type = "<D:locktype><D:write/></D:locktype>";
  const shared = ask(`<D:lockscope><D:shared/></D:lockscope>${type}<D:owner>me</D:owner>`);
  assertEquals([shared.scope, shared.owner && writeElement(shared.owner)], [
    "shared",
    "<D:owner>me</D:owner>",
  ]);
  assertEquals(ask(`${type}<D:lockscope><D:exclusive/></D:lockscope>`).scope, "exclusive");
  for (const wrong of [type, "<D:lockscope><D:exclusive/></D:lockscope>", `${type}<D:lockscope/>`]) {
    assertEquals(assertThrows(() => ask(wrong), HttpError).status, 422);
  }
});
