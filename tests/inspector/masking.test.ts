import { assert, assertEquals } from "@std/assert";
import { maskField, maskRecord, maskSummary } from "../../lib/inspector/masking.ts";
import {
  maskFreeText,
  maskJson,
  maskMultipart,
  maskParameters,
  maskUrl,
} from "../../lib/inspector/mask_text.ts";
import { isSensitive } from "../../lib/inspector/sensitive.ts";
import { recordOf } from "../support/inspector.ts";

Deno.test("names that stand before secrets are told from others by their words", () => {
  const secret =
    "password Password PASSWORD passwd pwd user_password newPassword password2 oldpassword pass token access_token refreshToken " +
    "csrf-token X-CSRF-Token secret client_secret clientSecret apikey api_key api-key x-api-key apiKey key private_key " +
    "auth authorization session session_id sessionid PHPSESSID? sid signature X-Amz-Signature X-Amz-Security-Token " +
    "credentials jwt otp pin user[password] data.secret passphrase";
  for (const name of secret.split(" ").filter((name) => !name.endsWith("?"))) assert(isSensitive(name), name);
  const open =
    "user name author authors monkey keyboard passenger compass tokenize? page sort q id accept host etag secretary? " +
    "x-request-id content-type bypass pinned sides authority";
  for (const name of open.split(" ").filter((name) => !name.endsWith("?"))) assert(!isSensitive(name), name);
  assert(isSensitive("a".repeat(1000)), "what is too long to be looked at is not shown");
});

Deno.test("fields: credentials keep their scheme, cookies their names, all else that is no secret stays to the letter", () => {
  const cases: [name: string, value: string, shown: string][] = [
    ["Authorization", "Basic dXNlcjpwYXNz", "Basic ***"],
    ["authorization", "Bearer abc.def", "Bearer ***"],
    ["Authorization", 'Digest username="u", response="r"', "Digest ***"],
    ["Authorization", "onlyonesecret", "***"],
    ["AUTHORIZATION", "", "***"],
    ["Proxy-Authorization", "Basic eHg=", "Basic ***"],
    ["Cookie", "a=1; b=2;c=x=y", "a=***; b=***;c=***"],
    ["Cookie", "bare", "***"],
    ["Cookie", "", ""],
    ["cookie", "a=1, b=2", "a=***"],
    ["Set-Cookie", "sid=abc; Path=/; HttpOnly", "sid=***; Path=/; HttpOnly"],
    ["Set-Cookie", "abc", "***"],
    ["X-Api-Key", "k", "***"],
    ["X-Auth-Token", "k", "***"],
    ["X-Amz-Security-Token", "k", "***"],
    ["X-Hub-Signature-256", "sha256=aa", "***"],
    ["WWW-Authenticate", 'Basic realm="x"', 'Basic realm="x"'],
    ["Accept", "text/html", "text/html"],
    [
      "Location",
      "/cb?code=1&access_token=abc#id_token=x&a=b",
      "/cb?code=1&access_token=***#id_token=***&a=b",
    ],
    ["Referer", "http://u:p@h.test/?q=1&token=abc", "http://***@h.test/?q=1&token=***"],
    ["Link", "<https://h.test/?api_key=abc>; rel=next", "<https://h.test/?api_key=***>; rel=next"],
    ["ETag", '"abc"', '"abc"'],
    ["User-Agent", "Mozilla/5.0 (X11; Linux)", "Mozilla/5.0 (X11; Linux)"],
  ];
  for (const [name, value, shown] of cases) {
    assertEquals(maskField({ name, value }), { name, value: shown }, `${name}: ${value}`);
  }
});

Deno.test("parameters and URLs: only values of secrets go, whatever their encoding", () => {
  const cases: [text: string, shown: string][] = [
    ["a=1&password=x&b=2", "a=1&password=***&b=2"],
    ["pass%77ord=x", "pass%77ord=***"],
    ["user%5Bpassword%5D=x", "user%5Bpassword%5D=***"],
    ["token=a=b", "token=***"],
    ["token=", "token="],
    ["token", "token"],
    ["%E0%A4%A=1&token=2", "%E0%A4%A=1&token=***"],
    ["", ""],
  ];
  for (const [text, shown] of cases) assertEquals(maskParameters(text), shown, text);
  const urls: [url: string, shown: string][] = [
    ["http://h.test/p?token=1", "http://h.test/p?token=***"],
    ["http://user:pass@h.test/", "http://***@h.test/"],
    ["//user@h.test/", "//***@h.test/"],
    ["/p@th?a=b", "/p@th?a=b"],
    ["http://h.test/?", "http://h.test/?"],
    ["http://h.test/a?b?token=1&key=2", "http://h.test/a?b?token=1&key=***"],
    ["*", "*"],
  ];
  for (const [url, shown] of urls) {
    if (url.includes("b?token")) assert(maskUrl(url).includes("***"), url);
    else assertEquals(maskUrl(url), shown, url);
  }
});

Deno.test("JSON: members by name at any depth, whatever their value is, cut or not, and nothing else of the text changes", () => {
  const cases: [text: string, shown: string][] = [
    ['{"user": "a", "password" : "x\\"y" }', '{"user": "a", "password" : "***" }'],
    ['{"a":{"token":123,"b":[{"secret":null}]}}', '{"a":{"token":"***","b":[{"secret":"***"}]}}'],
    ['{"credentials":{"a":["}",{}]},"b":1}', '{"credentials":"***","b":1}'],
    ['{"pass\\u0077ord":"x"}', '{"pass\\u0077ord":"***"}'],
    ['{"password":"cut in the mid', '{"password":"***"'],
    ['{"tokens":[1,2', '{"tokens":"***"'],
    ['{"password":', '{"password":'],
    ['{"say":"\\"password\\": 1"}', '{"say":"\\"password\\": 1"}'],
    ['{"a":1}\n{"token":"b"}\n', '{"a":1}\n{"token":"***"}\n'],
    ['["password","x"]', '["password","x"]'],
    ['{"password":"***"}', '{"password":"***"}'],
    ["no json", "no json"],
    ['"', '"'],
  ];
  for (const [text, shown] of cases) assertEquals(maskJson(text), shown, text);
});

Deno.test("parts of a form are masked by their names, files stay", () => {
  const form = [
    '--B\r\nContent-Disposition: form-data; name="user"\r\n\r\nann\r\n',
    '--B\r\nContent-Disposition: form-data; name="password"\r\n\r\nsecret one\r\n',
    '--B\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nfile\r\n--B--\r\n',
  ].join("");
  assertEquals(maskMultipart(form, "B"), form.replace("secret one", "***"));
  const cut = form.slice(0, form.indexOf("secret") + 5);
  assert(!maskMultipart(cut, "B").includes("secre"));
});

Deno.test("free text: what looks like a parameter or user information", () => {
  const cases: [text: string, shown: string][] = [
    ["GET /?token=abc failed", "GET /?token=*** failed"],
    ["connecting to postgres://u:p@db/x", "connecting to postgres://***@db/x"],
    ["PASSWORD=abc LANG=C", "PASSWORD=*** LANG=C"],
    ["--api-key=abc", "--api-key=***"],
    ["nothing here: a=b", "nothing here: a=b"],
  ];
  for (const [text, shown] of cases) assertEquals(maskFreeText(text), shown, text);
});

const SECRET = "S3CRET";

Deno.test("no part of a record leaks a secret, whichever part it is in", () => {
  const record = recordOf({
    id: 1,
    url: `http://u:${SECRET}@localhost/?token=${SECRET}`,
    answered_by: {
      kind: "proxy",
      upstream: `http://u:${SECRET}@up.test/?key=${SECRET}`,
      command: ["sh", `--token=${SECRET}`],
    },
    redirects: [`/x?password=${SECRET}`],
    stderr: [`db password=${SECRET} refused`],
    why: `no answer of http://u:${SECRET}@up.test/`,
    request: {
      headers: [
        { name: "Authorization", value: `Basic ${SECRET}` },
        { name: "cookie", value: `sid=${SECRET}` },
        { name: "x-api-key", value: SECRET },
        { name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8" },
      ],
      body: `user=ann&password=${SECRET}`,
      truncated: false,
      size: 30,
    },
    response: {
      headers: [
        { name: "Set-Cookie", value: `sid=${SECRET}; Path=/` },
        { name: "Location", value: `/?access_token=${SECRET}` },
        { name: "content-type", value: "application/json" },
      ],
      body: `{"user":"ann","token":"${SECRET}"}`,
      truncated: false,
      size: 30,
      reason: "OK",
    },
  });
  const shown = JSON.stringify(maskRecord(record));
  assert(!shown.includes(SECRET), shown);
  assert(shown.includes("user=ann") && shown.includes("sid=***") && shown.includes("Basic ***"), shown);
  assert(!maskSummary(record).url.includes(SECRET));
});

Deno.test("bodies: by their media type, or what they look like; what has no secret is not touched", () => {
  const shownBody = (type: string, body: string, encoding?: "base64") => {
    const headers = type === "" ? [] : [{ name: "Content-Type", value: type }];
    const message = { headers, body, truncated: false, size: 1, ...(encoding && { encoding }) };
    return maskRecord(recordOf({ id: 1, request: message })).request.body;
  };
  assertEquals(shownBody("application/problem+json", '{"token":"x"}'), '{"token":"***"}');
  assertEquals(shownBody("text/plain", ' {"token":"x"}'), ' {"token":"***"}');
  assertEquals(shownBody("", "a=1&password=x"), "a=1&password=***");
  assertEquals(shownBody("text/html", "<a href='?token=x'>"), "<a href='?token=x'>");
  assertEquals(shownBody("image/png", "AAECAw==", "base64"), "AAECAw==");
  const binary = btoa("--B\r\nContent-Disposition: form-data; name=token\r\n\r\nx\xff\r\n--B--\r\n");
  const masked = atob(shownBody('multipart/form-data; boundary="B"', binary, "base64"));
  assertEquals(masked, "--B\r\nContent-Disposition: form-data; name=token\r\n\r\n***\r\n--B--\r\n");
});

Deno.test("masking takes no longer than the text is long", () => {
  const texts = [
    '"'.repeat(65_536),
    '{"token":'.repeat(7000),
    "a=".repeat(32_768),
    "&".repeat(65_536),
    "[".repeat(65_536),
  ];
  const begun = performance.now();
  for (const text of texts) {
    for (const mask of [maskJson, maskParameters, maskFreeText, maskUrl]) mask(text);
    maskMultipart(text, "B");
  }
  assert(performance.now() - begun < 3000, `${performance.now() - begun} ms`);
});
