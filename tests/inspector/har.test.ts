import { assert, assertEquals } from "@std/assert";
import validate from "npm:har-validator@5.1.5";
import { harEntry, harTexts } from "../../lib/inspector/har.ts";
import type { RequestRecord } from "../../lib/inspector/record.ts";
import { recordOf } from "../support/inspector.ts";

const text = (body: string, more = {}) => ({ body, truncated: false, size: body.length, ...more });

/** Requests of every kind. */
const RECORDS: readonly RequestRecord[] = [
  recordOf({ id: 1 }),
  recordOf({ id: 2, url: "http://localhost:8080/?a=1&b=%20x&b=&=&c", protocol: "HTTP/2.0" }),
  recordOf({
    id: 3,
    method: "POST",
    request: {
      headers: [
        { name: "content-type", value: "application/x-www-form-urlencoded" },
        { name: "Cookie", value: "a=b; c=d=e; bare; ;" },
        { name: "Cookie", value: "f=g" },
      ],
      ...text("x=1&y=%C3%A4&z"),
    },
  }),
  recordOf({
    id: 4,
    status: 302,
    response: {
      headers: [
        { name: "Location", value: "/elsewhere" },
        {
          name: "Set-Cookie",
          value: "sid=1; Path=/; Domain=a.test; HttpOnly; Secure; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
        },
        { name: "set-cookie", value: "t=2; expires=never" },
      ],
      reason: "Found",
      ...text(""),
    },
  }),
  recordOf({
    id: 5,
    request: { headers: [], ...text("AAECAw==", { encoding: "base64", size: 4 }) },
    response: { headers: [], reason: "OK", ...text("/w==", { encoding: "base64", size: 1 }) },
  }),
  recordOf({
    id: 6,
    status: 0,
    phases: { wait: 0, send: 0 },
    response: { headers: [], reason: "", ...text("") },
  }),
  recordOf({
    id: 7,
    url: "http://[::1]:8080/a%20b",
    request: { headers: [], ...text("x".repeat(100), { truncated: true, size: 100_000 }) },
    response: {
      headers: [],
      reason: "OK",
      ...text("</script>\u2028\u0001\ud800", { truncated: true, size: 100_000 }),
    },
    answered_by: null,
    user: "ann",
    stderr: ["Traceback"],
    weather: ["delay 300ms"],
  }),
];

const archive = (records: readonly RequestRecord[]) =>
  JSON.parse([...harTexts(records, { name: "webserv", version: "0.1.0" })].join(""));

Deno.test("an archive of every kind of request is HAR 1.2 for those who check it", async () => {
  const har = archive(RECORDS);
  assertEquals(har.log.entries.length, RECORDS.length);
  await validate.har(har);
  await validate.har(archive([]));
  assertEquals(har.log.creator, { name: "webserv", version: "0.1.0" });
});

Deno.test("an entry has all that is known, and what is ours under a name with an underscore", () => {
  const [, query, form, redirect, binary, gone, cut] = RECORDS.map(harEntry);
  assertEquals(query!.request.queryString, [
    { name: "a", value: "1" },
    { name: "b", value: " x" },
    { name: "b", value: "" },
    { name: "", value: "" },
    { name: "c", value: "" },
  ]);
  assertEquals(form!.request.postData, {
    mimeType: "application/x-www-form-urlencoded",
    params: [{ name: "x", value: "1" }, { name: "y", value: "ä" }, { name: "z", value: "" }],
    text: "x=1&y=%C3%A4&z",
  });
  assertEquals(form!.request.cookies, [
    { name: "a", value: "b" },
    { name: "c", value: "d=e" },
    { name: "bare", value: "" },
    { name: "f", value: "g" },
  ]);
  assertEquals(redirect!.response.redirectURL, "/elsewhere");
  assertEquals(redirect!.response.cookies, [
    {
      name: "sid",
      value: "1",
      path: "/",
      domain: "a.test",
      expires: "2026-10-21T07:28:00.000Z",
      httpOnly: true,
      secure: true,
    },
    { name: "t", value: "2", httpOnly: false, secure: false },
  ]);
  assertEquals(binary!.response.content, { size: 1, mimeType: "", text: "/w==", encoding: "base64" });
  assertEquals([gone!.time, gone!.response.status], [0, 0]);
  assertEquals([cut!.response.content.size, cut!.response.content.comment], [100_000, "cut"]);
  assertEquals([cut!._webserv.id, cut!._webserv.user, cut!._webserv.weather], [7, "ann", ["delay 300ms"]]);
  assert(cut!.timings.wait + cut!.timings.receive === cut!.time);
});
