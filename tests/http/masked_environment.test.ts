import { assertEquals } from "@std/assert";
import { MASK, maskedEnvironment } from "../../lib/http/masked_environment.ts";

const HIDDEN: readonly (readonly [name: string, value: string, shown: string])[] = [
  ["DB_PASSWORD", "x", MASK],
  ["PGPASSWORD", "x", MASK],
  ["SMTP_PASS", "x", MASK],
  ["ACCESS_TOKEN", "x", MASK],
  ["AWS_SECRET_ACCESS_KEY", "x", MASK],
  ["HTTP_X_API_KEY", "x", MASK],
  ["HTTP_AUTHORIZATION", "Basic x", MASK],
  ["HTTP_PROXY_AUTHORIZATION", "Basic x", MASK],
  ["HTTP_COOKIE", "a=1; b=2", `a=${MASK}; b=${MASK}`],
  ["QUERY_STRING", "a=1&token=x&api_key=y", `a=1&token=${MASK}&api_key=${MASK}`],
  ["REQUEST_URI", "/x?password=x", `/x?password=${MASK}`],
  ["HTTP_REFERER", "http://a/?a=1&access_token=x#y", `http://a/?a=1&access_token=${MASK}#y`],
  ["DATABASE_URL", "postgres://me:x@db/y", `postgres://me:${MASK}@db/y`],
];

const SHOWN: readonly (readonly [name: string, value: string])[] = [
  ["PATH", "/usr/bin:/bin"],
  ["PATH_INFO", "/a=b"],
  ["PASSENGERS", "3"],
  ["DB_PASSWORD_", ""],
  ["QUERY_STRING", "a=1&keyboard=us"],
  ["HTTP_USER_AGENT", "x; y=z"],
  ["HTTP_REFERER", "http://localhost:8080/a@b"],
];

Deno.test("secrets of an environment are masked, and nothing else is", () => {
  for (const [name, value, shown] of HIDDEN) {
    assertEquals(maskedEnvironment({ [name]: value }), [[name, shown]]);
  }
  for (const [name, value] of SHOWN) assertEquals(maskedEnvironment({ [name]: value }), [[name, value]]);
});

Deno.test("variables stand in the order of their names", () => {
  assertEquals(maskedEnvironment({ B: "1", A: "2" }), [["A", "2"], ["B", "1"]]);
});
