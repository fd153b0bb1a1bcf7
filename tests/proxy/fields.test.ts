import { assertEquals } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Request } from "../../lib/http/message.ts";
import { clientFields, isCircling, upstreamFields } from "../../lib/proxy/fields.ts";
import type { Route } from "../../lib/proxy/route.ts";
import { fakeRequest, type FakeRequestOptions } from "../cgi/fakes.ts";
import { asked, route } from "./support.ts";

const TLS = { serverName: "x", protocol: "h2", covers: () => true } as const;

/** The lines for an upstream without those that are always the same. */
function lines(options: FakeRequestOptions, changes: Partial<Route> = {}): string[] {
  const { request } = fakeRequest(options);
  const fields = upstreamFields(request, route(changes), asked("/"), {
    host: request.fields.get("host") ?? "up:80",
  });
  return [...fields].map(([name, value]) => `${name}: ${value}`);
}

const USUAL = [
  "Via: 1.1 webserv",
  "X-Forwarded-For: 192.0.2.7",
  "X-Forwarded-Proto: http",
  "X-Forwarded-Host: a.test:81",
  'Forwarded: for=192.0.2.7;host="a.test:81";proto=http',
];
const HOST = ["Host", "a.test:81"] as const;

Deno.test("fields go on as they were sent, in order, with who asked behind them", () => {
  assertEquals(
    lines({
      fields: [["Accept", "*/*"], HOST, ["x-A", "1"], ["Cookie", "a=b"], ["X-a", "2"], [
        "Range",
        "bytes=0-1",
      ]],
    }),
    ["Host: a.test:81", "Accept: */*", "x-A: 1", "Cookie: a=b", "X-a: 2", "Range: bytes=0-1", ...USUAL],
  );
});

Deno.test("what is for one connection ends here, whatever its spelling, and what Connection names", () => {
  const ended = [
    ["Connection", "close, X-Hop, keep-alive"],
    ["connection", "x-other"],
    ["X-Hop", "1"],
    ["x-OTHER", "1"],
    ["Keep-Alive", "timeout=5"],
    ["TE", "trailers"],
    ["Trailer", "X"],
    ["Transfer-Encoding", "chunked"],
    ["Content-Length", "5"],
    ["Content_Length", "6"],
    ["Transfer_Encoding", "chunked"],
    ["Upgrade", "h2c"],
    ["HTTP2-Settings", "AAA"],
    ["Proxy-Connection", "keep-alive"],
    ["Proxy-Authorization", "Basic x"],
    ["Proxy-Authenticate", "Basic"],
    ["Expect", "100-continue"],
    ["Max-Forwards", "3"],
  ] as const;
  assertEquals(lines({ fields: [HOST, ...ended, ["X-Last", "1"]] }), [
    "Host: a.test:81",
    "X-Last: 1",
    ...USUAL,
  ]);
  for (const field of ended.slice(4)) {
    assertEquals(lines({ fields: [HOST, field] }), ["Host: a.test:81", ...USUAL], field[0]);
  }
});

Deno.test("Connection cannot take away what is made here", () => {
  const nominating = [
    "Connection",
    "Host, Via, X-Forwarded-For, X-Forwarded-Proto, Forwarded, Content-Length",
  ] as const;
  assertEquals(lines({ fields: [HOST, nominating] }), ["Host: a.test:81", ...USUAL]);
});

Deno.test("what a client says of its own address is dropped, in whatever spelling", () => {
  for (
    const name of [
      "X-Forwarded-For",
      "x_forwarded_for",
      "X_FORWARDED-FOR",
      "X-Forwarded-Proto",
      "X-Forwarded-Host",
      "X-Forwarded-Port",
      "X-Forwarded-Prefix",
      "X-Real-IP",
      "X_Real_IP",
      "Forwarded",
      "Via_",
    ].filter((name) => name !== "Via_")
  ) assertEquals(lines({ fields: [HOST, [name, "evil"]] }), ["Host: a.test:81", ...USUAL], name);
});

Deno.test("a field with an underscore of which nothing is made here goes on", () => {
  assertEquals(lines({ fields: [HOST, ["X_Custom", "1"]] }).includes("X_Custom: 1"), true);
});

const proxied = (forwarded: Partial<NonNullable<Request["forwarded"]>>) => ({
  client: { hostname: "198.51.100.1", port: 0 },
  scheme: "https" as const,
  peer: { hostname: "192.0.2.7", port: 1 },
  ...forwarded,
});

const FORWARDED:
  readonly (readonly [name: string, request: FakeRequestOptions, expected: readonly string[]])[] = [
    [
      "over TLS, from IPv6",
      { tls: TLS, remote: { hostname: "2001:db8::1", port: 1 }, fields: [["Host", "a.test"]] },
      [
        "X-Forwarded-For: 2001:db8::1",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: a.test",
        'Forwarded: for="[2001:db8::1]";host=a.test;proto=https',
      ],
    ],
    [
      "without a Host, by HTTP/1.0",
      { version: "HTTP/1.0", fields: [] },
      ["X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http", "Forwarded: for=192.0.2.7;proto=http"],
    ],
    [
      "from a proxy that is believed",
      {
        forwarded: proxied({}),
        fields: [HOST, ["X-Forwarded-For", "198.51.100.1"], ["X-Forwarded-Host", "outer.test"], [
          "X-Forwarded-Port",
          "443",
        ], [
          "Forwarded",
          "for=evil",
        ]],
      },
      [
        "X-Forwarded-Port: 443",
        "X-Forwarded-For: 198.51.100.1, 192.0.2.7",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: outer.test",
        'Forwarded: for=198.51.100.1;proto=https, for=192.0.2.7;host="a.test:81";proto=http',
      ],
    ],
    [
      "from a proxy that is believed and writes Forwarded",
      {
        forwarded: proxied({}),
        fields: [HOST, ["Forwarded", 'for=unknown, for="[2001:db8::2]:80";proto=https']],
      },
      [
        "X-Forwarded-For: unknown, 2001:db8::2, 192.0.2.7",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: a.test:81",
        'Forwarded: for=unknown, for="[2001:db8::2]:80";proto=https, for=192.0.2.7;host="a.test:81";proto=http',
      ],
    ],
  ];

for (const [name, request, expected] of FORWARDED) {
  Deno.test(`who asked is told: ${name}`, () => {
    assertEquals(lines(request).filter((line) => /^(X-Forwarded|Forwarded)/.test(line)), expected);
  });
}

Deno.test("Via says by which protocol it came, behind those before", () => {
  const viaOf = (request: FakeRequestOptions) => lines(request).filter((line) => line.startsWith("Via"));
  assertEquals(viaOf({ version: "HTTP/2.0" }), ["Via: 2.0 webserv"]);
  assertEquals(viaOf({ version: "HTTP/1.0", fields: [HOST, ["via", "1.0 a"], ["Via", "1.1 b"]] }), [
    "Via: 1.0 a, 1.1 b, 1.0 webserv",
  ]);
});

Deno.test("a request that has come through this program too often goes in a circle", () => {
  const passed = (times: number) =>
    fakeRequest({ fields: [["Via", Array(times).fill("1.1 webserv").join(", ")]] }).request;
  assertEquals([0, 1, 15, 16, 17].map((times) => isCircling(passed(times))), [
    false,
    false,
    false,
    true,
    true,
  ]);
});

Deno.test("OPTIONS goes on with one forward less", () => {
  const options = lines({ method: "OPTIONS", fields: [HOST, ["Max-Forwards", "5"]] });
  assertEquals(options.filter((line) => line.startsWith("Max")), ["Max-Forwards: 4"]);
});

Deno.test("proxy_set_header replaces lines of its name, and takes them away where it says nothing", () => {
  const set = (name: string, value: string) => ({ name, value: () => value });
  const fields = [
    set("cookie", ""),
    set("X-Forwarded-For", "me"),
    set("HOST", "other"),
    set("X-New", "1"),
    set("Via", ""),
  ];
  assertEquals(lines({ fields: [HOST, ["Cookie", "a"], ["COOKIE", "b"], ["X-new", "2"]] }, { fields }), [
    ...USUAL.slice(2),
    "X-Forwarded-For: me",
    "HOST: other",
    "X-New: 1",
  ]);
  assertEquals(lines({ fields: [HOST] }, { fields: [set("Host", "")] })[0], "Host: a.test:81");
});

Deno.test("of an answer everything goes to the client but what is for one connection, Date and Server", () => {
  const fields = FieldBlock.of(
    ["Server", "x"],
    ["Date", "now"],
    ["Connection", "close, X-Hop"],
    ["X-Hop", "1"],
    ["Keep-Alive", "timeout=5"],
    ["Transfer-Encoding", "chunked"],
    ["Content-Length", "5"],
    ["Trailer", "X"],
    ["Upgrade", "websocket"],
    ["Proxy-Authenticate", "Basic"],
    ["set-cookie", "a"],
    ["Set-Cookie", "b"],
    ["Via", "1.1 other"],
  );
  const names = (block: FieldBlock) => [...block].map(([name, value]) => `${name}: ${value}`);
  assertEquals(names(clientFields(fields)), ["set-cookie: a", "Set-Cookie: b", "Via: 1.1 other"]);
  assertEquals(names(clientFields(fields, true)), [
    "Upgrade: websocket",
    "set-cookie: a",
    "Set-Cookie: b",
    "Via: 1.1 other",
  ]);
});

Deno.test("proxy_set_header takes the place of a field whatever it is spelt like, with underscores, too", () => {
  const set = (name: string, value: string) => ({ fields: [{ name, value: () => value }] });
  const fields = [HOST, ["X_User", "admin"], ["x-user", "root"], ["X-Users", "all"]] as const;
  assertEquals(lines({ fields }, set("X-User", "")), ["Host: a.test:81", "X-Users: all", ...USUAL]);
  assertEquals(lines({ fields }, set("X-User", "ann")), [
    "Host: a.test:81",
    "X-Users: all",
    ...USUAL,
    "X-User: ann",
  ]);
});
