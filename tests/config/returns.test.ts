import { assertEquals } from "@std/assert";
import { parseReturn } from "../../lib/config/returns.ts";
import { ValueError } from "../../lib/config/values.ts";
import { table } from "./table.ts";

table<unknown>("parseReturn", parseReturn, {
  "301 /new": { status: 301, location: "/new" },
  "308  https://example.test/a?b=c#d": { status: 308, location: "https://example.test/a?b=c#d" },
  "302 /grün": { status: 302, location: "/gr%C3%BCn" },
  "200 some  text": { status: 200, body: "some  text" },
  "301 /new\n": { status: 301, location: "/new" },
  "200 with a line end\n": { status: 200, body: "with a line end\n" },
  " 404 ": { status: 404 },
  "404": { status: 404 },
  "204": { status: 204 },
  "304": { status: 304 },
  "410 gone\nfor good": { status: 410, body: "gone\nfor good" },
  "301 https://$host$request_uri": {
    status: 301,
    location: ["https://", { variable: "host" }, { variable: "request_uri" }],
  },
  "302 /ü${uri}?a=$args": {
    status: 302,
    location: ["/%C3%BC", { variable: "uri" }, "?a=", { variable: "args" }],
  },
  "200 $$host costs 5$, $$$uri, $uri, $${uri}": {
    status: 200,
    body: ["$host costs 5$, $$uri, ", { variable: "uri" }, ", ${uri}"],
  },
  "200 $$host": { status: 200, body: "$host" },
  "301 /$$host": { status: 301, location: "/$host" },
}, {
  "": "expected a code and what it takes",
  "/new": "expected a code and what it takes",
  "0301 /new": "expected a code and what it takes",
  "301": '301 needs a target, such as "301 /new"',
  "303 /a b": "expected a path or an address to redirect to",
  "303 /a\tb": "expected a path or an address to redirect to",
  "307 $hots": 'unknown variable "$hots": did you mean "$host"?',
  "200 $nothing": "known are $host, $uri, $request_uri, $args, $scheme, $remote_addr",
  "200 $http_host": "known are $host, $uri",
  "200 ${host": 'a "}" is missing',
  "200 ${}": "unknown variable",
  "301 /a b$uri": "expected a path or an address",
  "301 /{$uri}": "expected a path or an address",
  "204 text": "204 has no content",
  "205 text": "205 has no content",
  "304 text": "304 has no content",
  "100": "from 200 to 599",
  "199": "from 200 to 599",
  "600": "from 200 to 599",
  "206 part": "from 200 to 599",
});

Deno.test("a target takes variables where no client can choose the host with them", () => {
  const good =
    `$uri $uri/ $request_uri /$uri /x?$args /x#$args /x/$args ?$args #$uri . ./$uri //$host/ //a.test$uri
    https://$host$uri https://$host$request_uri https://$host/ https://$host https://$host:8443$uri https://www.$host/
    $scheme://$host/x $scheme://a.test$request_uri http://$remote_addr:8080/ https://a.test/$args https://a.test?$args
    HTTPS://$host/$uri app://x/$args mailto:x@$host mailto:x?subject=$args ftp://$host$uri file://$host$uri
    ws://a.test$uri ${"${scheme}://${host}${uri}"}`.split(/\s+/);
  const bad = `$args $args/x x$args https:$args https:$uri https://$uri https://$request_uri https://$args
    https://a.test$args https://$host$args https://$host:$args //$args //$uri //a.test$args $host $host/x $remote_addr/
    $scheme $scheme:$uri $scheme$uri $scheme://$uri $scheme://$args https://?$args http:/$uri https:///$uri ///$uri
    app://$args javascript:$args ftp:$uri ws:$request_uri file:$uri WSS:$uri ftp:/$args file:x$args app:$request_uri
    app:/$args app:$args`.split(/\s+/);
  const isTaken = (target: string) => {
    try {
      parseReturn(`302 ${target}`);
      return true;
    } catch (error) {
      if (error instanceof ValueError) return false;
      throw error;
    }
  };
  assertEquals(good.filter((target) => !isTaken(target)), []);
  assertEquals(bad.filter(isTaken), []);
});
