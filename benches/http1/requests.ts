/**
 * Requests that more than one bench sends.
 *
 * @module
 */
import { DEFAULTS } from "../../lib/config/defaults.ts";
import { repeat } from "../support.ts";

/** The least that HTTP/1.1 allows. */
export const MINIMAL = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";

/** What Chromium sends for a page's script. */
export const BROWSER = [
  "GET /assets/app.js?v=3 HTTP/1.1",
  "Host: 127.0.0.1:8080",
  "Connection: keep-alive",
  'sec-ch-ua: "Chromium";v="142", "Not_A Brand";v="24"',
  "sec-ch-ua-mobile: ?0",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  'sec-ch-ua-platform: "Linux"',
  "Accept: */*",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: no-cors",
  "Sec-Fetch-Dest: script",
  "Referer: http://127.0.0.1:8080/",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-US,en;q=0.9",
  "Cookie: session=8d4c2b1e0f6a47d9; theme=dark",
  "\r\n",
].join("\r\n");

/** Its fields without Host. */
export const BROWSER_FIELDS = 14;

/** A request with so many fields more, each of so many bytes with its line end. */
export function withFields(count: number, length: number): string {
  const line = (index: number) => `X-Field-${String(index).padStart(3, "0")}: `;
  const padding = "v".repeat(length - line(0).length - "\r\n".length);
  return `GET / HTTP/1.1\r\nHost: a.test\r\n${repeat(count, (index) => `${line(index)}${padding}\r\n`)}\r\n`;
}

/** A request whose line is just as long as it may be. */
export const LONGEST_LINE = (() => {
  const frame = "GET / HTTP/1.1";
  return MINIMAL.replace("/", `/${"a".repeat(DEFAULTS.limits.requestLine - frame.length)}`);
})();

/** A request whose field section is just as long as it may be, with as many fields as it may have. */
export const LONGEST_SECTION = (() => {
  const host = "Host: a.test\r\n";
  const lines = DEFAULTS.limits.headerCount - 1;
  const length = Math.floor((DEFAULTS.limits.headerFields - host.length - "\r\n".length) / lines);
  const text = withFields(lines, length);
  const section = text.length - "GET / HTTP/1.1\r\n".length;
  return text.replace("Host: a.test", `Host:${" ".repeat(DEFAULTS.limits.headerFields - section + 1)}a.test`);
})();
