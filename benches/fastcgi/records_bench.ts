/**
 * A request of a browser as records, and the answer to it as events.
 *
 * @module
 */
import { RequestWriter } from "../../lib/fastcgi/request_writer.ts";
import { ResponseReader } from "../../lib/fastcgi/response_reader.ts";
import { answer } from "../../tests/fastcgi/fastcgi_server.ts";
import { compare, type Subject } from "../support.ts";

const FIELDS: Readonly<Record<string, string>> = {
  HTTP_HOST: "localhost:8080",
  HTTP_USER_AGENT: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  HTTP_ACCEPT: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  HTTP_ACCEPT_LANGUAGE: "de,en-US;q=0.7,en;q=0.3",
  HTTP_COOKIE: "PHPSESSID=8d4c2b1e0f6a47d9a1b2c3d4e5",
  SCRIPT_FILENAME: "/srv/www/index.php",
  SCRIPT_NAME: "/index.php",
  REQUEST_URI: "/index.php?page=2",
  QUERY_STRING: "page=2",
};

function begins(environment: Readonly<Record<string, string>>, expected: number): Subject {
  const writer = new RequestWriter();
  return [() => writer.begin(environment, false).length, expected];
}

/** Bytes of output, in pieces of some size. */
function reads(output: string, size: number): Subject {
  const bytes = answer(output), reader = new ResponseReader();
  const run = () => {
    let length = 0;
    reader.begin(1);
    for (let at = 0; at < bytes.length; at += size) {
      reader.receive(bytes.subarray(at, at + size));
      for (let event = reader.next(); event.type !== "need data"; event = reader.next()) {
        if (event.type === "output") length += event.bytes.length;
      }
    }
    return length;
  };
  return [run, output.length];
}

compare("requests of FastCGI", {
  "a browser's": begins(FIELDS, 430),
  "a value of 32 KiB": begins({ LONG: "v".repeat(32 * 1024) }, 32 * 1024 + 49),
});

compare("answers of FastCGI", {
  "a small page": reads("Content-Type: text/html\r\n\r\n<html>", 65536),
  "60 KiB": reads("x".repeat(60 * 1024), 65536),
  "60 KiB in pieces of 1 KiB": reads("x".repeat(60 * 1024), 1024),
});
