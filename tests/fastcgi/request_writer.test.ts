import { assertEquals } from "@std/assert";
import { LARGEST_PIECE, RequestWriter } from "../../lib/fastcgi/request_writer.ts";
import { concat, requestsOf } from "./fastcgi_server.ts";

Deno.test("a request is its beginning, its environment, and where it has no body its end", () => {
  const writer = new RequestWriter();
  const bytes = writer.begin({ REQUEST_METHOD: "GET", EMPTY: "" }, false);
  assertEquals(requestsOf(bytes), [{
    id: 1,
    role: 1,
    keeps: true,
    params: { REQUEST_METHOD: "GET", EMPTY: "" },
    body: "",
    isWhole: true,
    records: ["4:26", "4:0", "5:0"],
  }]);
});

Deno.test("a body follows in pieces, and its end alone or behind the last of them", () => {
  const writer = new RequestWriter();
  const pieces = [
    writer.begin({}, true).slice(),
    writer.content(new Uint8Array(3).fill(97), false).slice(),
    writer.content(new Uint8Array(LARGEST_PIECE).fill(98), true).slice(),
    writer.begin({ A: "b" }, true).slice(),
    writer.content(new Uint8Array(1).fill(99), false).slice(),
    writer.content(new Uint8Array(), true).slice(),
  ];
  const [first, second] = requestsOf(concat(...pieces));
  assertEquals([first!.id, first!.body.length, first!.isWhole], [1, 3 + LARGEST_PIECE, true]);
  assertEquals(first!.records, ["4:0", "4:0", "5:3", `5:${LARGEST_PIECE}`, "5:0"]);
  assertEquals([second!.id, second!.body, second!.params, second!.isWhole], [2, "c", { A: "b" }, true]);
});

Deno.test("names and values of any length and any characters arrive as they are", () => {
  const lengths = [
    0,
    1,
    63,
    64,
    65,
    126,
    127,
    128,
    129,
    255,
    256,
    65527,
    65528,
    65535,
    65536,
    70_000,
    200_000,
  ];
  for (const unit of ["x", "é", "€", "\u{1f600}", "a€"]) {
    for (const length of lengths) {
      const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length - length % unit.length);
      const params = { VALUE: text, [`N${text.slice(0, 300 - 300 % unit.length)}`]: "1", LAST: "z" };
      const [request] = requestsOf(new RequestWriter().begin(params, false));
      assertEquals(request!.params, params, `${length} of ${unit}`);
      assertEquals(request!.isWhole, true);
    }
  }
});

Deno.test("half of a pair of surrogates does not shift what comes behind it", () => {
  const [request] = requestsOf(new RequestWriter().begin({ A: "\ud83dx", B: "x\ude00", C: "c" }, false));
  assertEquals(request!.params, { A: "\ufffdx", B: "x\ufffd", C: "c" });
});

Deno.test("requests are numbered from 1 to 65535 and then from 1 again", () => {
  const writer = new RequestWriter();
  for (let id = 1; id <= 0xffff; id++) writer.begin({}, false);
  assertEquals(requestsOf(writer.begin({}, false))[0]!.id, 1);
  assertEquals(writer.id, 1);
});
