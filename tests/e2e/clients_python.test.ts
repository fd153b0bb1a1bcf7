import { assertEquals } from "@std/assert";
import { hasProgram, runClient, startDemo } from "../support/demo.ts";

/** Runs a Python program, with the server's port as its argument, against the demo. */
function pythonTest(name: string, program: string, expected: readonly string[]): void {
  Deno.test({
    name: `${name} (needs python3)`,
    ignore: !hasProgram("python3"),
    async fn() {
      await using server = await startDemo();
      const { code, stdout, stderr } = await runClient("python3", ["-c", program, String(server.port)]);
      assertEquals([code, stderr], [0, ""]);
      assertEquals(stdout.trim().split("\n"), expected);
    },
  });
}

pythonTest(
  "urllib reads pages, follows redirects and gets the page of an error",
  `
import sys, urllib.error, urllib.parse, urllib.request
base = f"http://127.0.0.1:{sys.argv[1]}"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(base + "/files/knots.md") as answer:
    print(answer.status, answer.headers["Content-Type"], len(answer.read()) == int(answer.headers["Content-Length"]))
with opener.open(base + "/old") as answer:
    print(answer.status, answer.url.removeprefix(base))
with opener.open(base + "/files/" + urllib.parse.quote("Grüße & 'Küsse' 100%.txt")) as answer:
    print(answer.status)
try:
    opener.open(base + "/missing")
except urllib.error.HTTPError as error:
    print(error.code, "Existence doubtful" in error.read().decode())
request = urllib.request.Request(base + "/files/", headers={"Accept": "application/json"})
with opener.open(request) as answer:
    import json
    print(answer.headers["Content-Type"], json.load(answer)[0]["type"])
`,
  [
    "200 text/markdown; charset=utf-8 True",
    "200 /moved/",
    "200",
    "404 True",
    "application/json directory",
  ],
);

pythonTest(
  "http.client keeps one connection for GET, HEAD, ranges, conditions and errors",
  `
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
connection.connect()
socket = connection.sock
def ask(method, path, **headers):
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    whole = method == "HEAD" or len(body) == int(answer.headers.get("Content-Length", 0))
    print(method, answer.status, whole, "on", "the same" if connection.sock is socket else "another")
    return answer
etag = ask("GET", "/robots.txt").headers["ETag"]
ask("HEAD", "/video/night.mp4")
ask("GET", "/video/night.mp4", Range="bytes=100-199")
ask("GET", "/robots.txt", If_None_Match=etag)
ask("GET", "/video/night.mp4", Range="bytes=99999999-")
ask("OPTIONS", "/")
ask("GET", "/video/night.mp4", Range="bytes=-7", If_Range='"another"')
`,
  [
    "GET 200 True on the same",
    "HEAD 200 True on the same",
    "GET 206 True on the same",
    "GET 304 True on the same",
    "GET 416 True on the same",
    "OPTIONS 204 True on the same",
    "GET 200 True on the same",
  ],
);
