import { assertEquals } from "@std/assert";
import { isFormData, multipartBoundary } from "../../../lib/http/multipart/boundary.ts";
import { assertLinear, hostile } from "../../support/linear.ts";

Deno.test("multipartBoundary() reads the boundary", () => {
  const table: [string, string][] = [
    ["multipart/form-data; boundary=b", "b"],
    ["multipart/form-data;boundary=b", "b"],
    ["Multipart/Form-Data ;\tBOUNDARY=Bc", "Bc"],
    [
      "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
      "----WebKitFormBoundary7MA4YWxkTrZu0gW",
    ],
    ['multipart/form-data; boundary="b"', "b"],
    ['multipart/form-data; boundary="a b"', "a b"],
    [`multipart/form-data; boundary="'()+_,-./:=?"`, "'()+_,-./:=?"],
    ['multipart/form-data; boundary="a\\b\\=c"', "ab=c"],
    ['multipart/form-data; charset=utf-8; boundary=b; x="y;boundary=z"', "b"],
    ["multipart/form-data;; boundary=b;", "b"],
    ["multipart/form-data; boundary=b ; ", "b"],
    [`multipart/form-data; boundary=${"b".repeat(70)}`, "b".repeat(70)],
  ];
  for (const [text, expected] of table) assertEquals(multipartBoundary(text), expected, text);
});

Deno.test("multipartBoundary() refuses other media types", () => {
  const others = [undefined, "", "multipart/mixed; boundary=b", "multipart/form-data-x; boundary=b"];
  others.push('text/plain; x="multipart/form-data"; boundary=b', " multipart/form-data; boundary=b");
  for (const text of others) {
    assertEquals(multipartBoundary(text), undefined, text);
    assertEquals(isFormData(text), false, text);
  }
});

Deno.test("multipartBoundary() refuses malformed parameters, isFormData() still knows the media type", () => {
  const bad = [
    "",
    "; boundary",
    "; boundary=",
    '; boundary=""',
    "; boundary =b",
    "; boundary= b",
    "; boundary=b, c",
    "; boundary=a b",
    "; boundary=a/b",
    "; boundary=a=b",
    "; boundary=a*b",
    '; boundary="a*b"',
    '; boundary="a"b',
    '; boundary="a',
    '; boundary="a ',
    '; boundary="a "',
    '; boundary="\\"',
    '; boundary="a\\"b"',
    "; boundary=\xe9",
    '; boundary="a\tb"',
    "; boundary=b; boundary=b",
    "; boundary=b; boundary=c",
    "; boundary*=utf-8''b",
    "; boundary=b; charset",
    " boundary=b",
    `; boundary=${"b".repeat(71)}`,
  ];
  for (const parameters of bad) {
    assertEquals(multipartBoundary(`multipart/form-data${parameters}`), undefined, parameters);
    assertEquals(isFormData(`multipart/form-data${parameters}`), true, parameters);
  }
});

Deno.test("multipartBoundary() takes linear time for hostile values", () => {
  const type = "multipart/form-data";
  const texts = [";", " ", " ;", "; ", ";a=b", ";a=", '"', '\\"', ';a="\\', "\t"].map(hostile);
  texts.push(`;boundary="${hostile("a")}`, `;boundary="${hostile("\\a")}`, `;a=b${hostile(" ")}x`);
  assertLinear(() => {
    for (const text of texts) assertEquals(multipartBoundary(type + text), undefined, text.slice(0, 20));
  });
});
