import { assertEquals } from "@std/assert";
import {
  type FormDisposition,
  inlineDisposition,
  parseFormDisposition,
} from "../../lib/http/content_disposition.ts";
import { assertLinear, hostile } from "../support/linear.ts";

/** The file name that a form-data part with these parameters has. */
const fileName = (parameters: string) => parseFormDisposition(`form-data; ${parameters}`)?.fileName;

/** UTF-8 as the fields of a message hold it: one character a byte. */
const wire = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

Deno.test("parseFormDisposition() reads name and file name", () => {
  const table: [string, FormDisposition][] = [
    ["form-data", {}],
    ['form-data; name="a"', { name: "a" }],
    ["form-data; name=a", { name: "a" }],
    ['FORM-DATA;NAME="a";FileName="b"', { name: "a", fileName: "b" }],
    ['form-data; filename="b.txt"; name="a"', { name: "a", fileName: "b.txt" }],
    [' form-data ;  name="a" ;; filename="b" ;', { name: "a", fileName: "b" }],
    ['form-data; name=""; filename=""', { name: "", fileName: "" }],
    ['form-data; name="a;b"; filename="c; filename=d"', { name: "a;b", fileName: "c; filename=d" }],
    ["form-data; name=\"a\"; size=3; x*=utf-8''y", { name: "a" }],
    ["form-data; name*=utf-8''%e2%82%ac", { name: "€" }],
    ['form-data; xname="a"; filenames="b"', {}],
  ];
  for (const [value, expected] of table) assertEquals(parseFormDisposition(value), expected, value);
});

Deno.test("parseFormDisposition() refuses what is malformed or no form-data", () => {
  const bad = [
    "",
    "attachment; filename=a",
    "form-data-x",
    "form-data x",
    "form-data, name=a",
    "form-data=a",
  ];
  bad.push("inline", '"form-data"', "x form-data");
  const parameters = [
    "name",
    "name=",
    "name =a",
    "name= a",
    "=a",
    'name="a',
    'name="a\\"',
    'name="a"b',
    "name=a b",
    "name=a/b",
    "filename=\xe9",
    "name=a, filename=b",
    'name="a" filename="b"',
    "name=a; name=a",
    "filename=a; FILENAME=b",
    "filename*=a",
    "filename*=''a",
    "filename*=utf-8'a",
    "filename*=utf-16''a",
    "filename*=utf-8''%",
    "filename*=utf-8''%4",
    "filename*=utf-8''%4g",
    "filename*=utf-8''a'b",
    "filename*=utf-8''a*b",
    "filename*=utf-8''%ff",
    "filename*=utf-8''%c0%ae",
    "filename*=utf-8''%ed%a0%80",
    "filename*=\"utf-8''a\"",
    "filename=\"good\"; filename*=utf-8''%ff",
    "name*x=b",
    "filename**=b",
    "filename*1=a",
    "filename*0=a; filename*2=b",
    "filename*00=a",
    "filename*0=a; filename*01=b",
    "filename*-1=a",
    "filename*0=a; filename*0*=utf-8''b",
    "filename*0=a; filename*1*=%41",
    "filename*0*=a",
    "filename*0*=utf-8''%ff",
    "filename*0*=utf-8''a; filename*1*=%4",
    "filename*0*=\"utf-8''a\"",
    "filename*0=a; filename*x=b",
    "filename=a; filename*1=b",
  ];
  for (const value of [...bad, ...parameters.map((text) => `form-data; ${text}`)]) {
    assertEquals(parseFormDisposition(value), undefined, value);
  }
});

Deno.test("parseFormDisposition() undoes what browsers and older clients do to quotes, line ends and backslashes", () => {
  const table: [string, string][] = [
    ['filename="a%22b"', 'a"b'],
    ['filename="a%0D%0Ab"', "a\r\nb"],
    ['filename="100%"', "100%"],
    ['filename="%41%00%0d%2F%2522"', "%41%00%0d%2F%2522"],
    ['filename="a\\"b"', 'a"b'],
    ['filename="a\\\\b"', "a\\b"],
    ['filename="C:\\dir\\x.txt"', "C:\\dir\\x.txt"],
    ['filename="\\\\server\\share\\n.txt"', "\\server\\share\\n.txt"],
    ['filename="a\\\\"', "a\\"],
    ['filename="a\\\\\\"b"', 'a\\"b'],
    ["filename=a%22b", 'a"b'],
    ['filename="../../etc/passwd"', "../../etc/passwd"],
  ];
  for (const [parameters, expected] of table) assertEquals(fileName(parameters), expected, parameters);
});

Deno.test("parseFormDisposition() decodes UTF-8 where it is UTF-8", () => {
  assertEquals(fileName(`filename="${wire("grün 😀.png")}"`), "grün 😀.png");
  assertEquals(fileName('filename="gr\xfcn.png"'), "grün.png");
  assertEquals(fileName('filename="\xff\xfe"'), "\xff\xfe");
  assertEquals(fileName('filename="\xc0\xae"'), "\xc0\xae");
  assertEquals(fileName(`filename="${wire("\ufeffa")}"`), "\ufeffa");
  assertEquals(parseFormDisposition(`form-data; name="${wire("日本")}"`), { name: "日本" });
});

Deno.test("parseFormDisposition() reads encoded and continued file names and prefers them", () => {
  const table: [string, string][] = [
    ["filename*=UTF-8''%e2%82%ac%20rates", "€ rates"],
    ["filename*=utf-8'en'%C3%A4.txt", "ä.txt"],
    ["filename*=UTF-8'de-DE'x", "x"],
    ["filename*=ISO-8859-1''gr%FCn", "grün"],
    ["filename*=utf-8''", ""],
    ["filename*=utf-8''..%2F..%2fx%00%5cy", "../../x\0\\y"],
    ["filename*=utf-8''%22%2522", '"%22'],
    ["filename=\"a\"; filename*=utf-8''b", "b"],
    ["filename*=utf-8''b; filename=\"a\"", "b"],
    ['filename*0="long "; filename*1="na\\"me"', 'long na"me'],
    ["filename*1=b; filename*0=a; filename*2=c", "abc"],
    ["filename*0*=utf-8''%e2; filename*1*=%82%ac; filename*2=\".x%41\"", "€.x%41"],
    ['filename*0="gr\xc3"; filename*1="\xbcn"', "grün"],
    ["filename*0*=iso-8859-1'de'%fc; filename*1=\"'\"", "ü'"],
    ["filename=plain; filename*0=a; filename*1=b", "ab"],
    ["filename=plain; filename*0=a; filename*=utf-8''c", "c"],
    [Array.from({ length: 12 }, (_, i) => `filename*${i}=${i}`).join(";"), "01234567891011"],
  ];
  for (const [parameters, expected] of table) assertEquals(fileName(parameters), expected, parameters);
});

Deno.test("parseFormDisposition() takes linear time for hostile values", () => {
  const pieces = (piece: (i: number) => string) =>
    Array.from({ length: 20_000 }, (_, i) => piece(i)).join(";");
  const texts = [
    'filename="' + hostile("\\") + "\\",
    'filename="' + hostile("a"),
    hostile(";") + "x",
    "filename*=utf-8''" + hostile("%41") + "%",
    'filename="' + hostile('\\"'),
    pieces((i) => `filename*${i + 1}=a`),
    pieces((i) => `filename*${i}*=utf-8''%ff`),
  ];
  assertLinear(() => {
    for (const text of texts) assertEquals(fileName(text), undefined, text.slice(0, 30));
  });
});

Deno.test("inlineDisposition() writes every name so that it can be read again", () => {
  const table: readonly (readonly [name: string, value: string])[] = [
    ["a b.txt", 'inline; filename="a b.txt"'],
    ["Ü.txt", `inline; filename="_.txt"; filename*=UTF-8''%C3%9C.txt`],
    ['a"b\\c.txt', `inline; filename="a_b_c.txt"; filename*=UTF-8''a%22b%5Cc.txt`],
    ["100%.txt", `inline; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
    ["it's (1)\r\n.txt", `inline; filename="it's (1)__.txt"; filename*=UTF-8''it%27s%20%281%29%0D%0A.txt`],
    ["\ud800", `inline; filename="_"; filename*=UTF-8''%EF%BF%BD`],
  ];
  for (const [name, value] of table) {
    assertEquals(inlineDisposition(name), value);
    const read = parseFormDisposition(value.replace("inline", 'form-data; name="x"'));
    assertEquals(read?.fileName, name.toWellFormed());
  }
});
