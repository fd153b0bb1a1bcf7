/**
 * A recorded request as a command for a shell and as a call of fetch, so that both send it again. What a client makes by
 * itself (lengths, the connection's fields) is left to it.
 *
 * @module
 */
import { fieldValue, urlParts } from "./dom.js";

/** One word for a POSIX shell, whatever is in it. */
export function shellWord(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The fields that are sent again: not those of the connection and of the body's length, which are the client's. */
export function sentFields({ url, request }) {
  const { host } = urlParts(url);
  const own = new Set(
    ("connection content-length keep-alive proxy-connection te trailer transfer-encoding upgrade expect " +
      // The body is recorded without its coding.
      "content-encoding http2-settings").split(" "),
  );
  return request.headers.filter(({ name, value }) => {
    const key = name.toLowerCase();
    return !own.has(key) && !key.startsWith(":") && !(key === "host" && value === host);
  });
}

/** The request for curl, in lines of a POSIX shell. What is only kept in part is said in a comment above it. */
export function asCurl(record) {
  const { method, url, request: { body, encoding, truncated } } = record;
  const fields = sentFields(record);
  const options = [];
  const has = (name) => fieldValue(fields, name) !== undefined;
  const isHead = method === "HEAD";
  const hasBody = body !== "" && !isHead;
  if (isHead) options.push("--head");
  else if (method !== (hasBody ? "POST" : "GET")) options.push(`-X ${shellWord(method)}`);
  // Otherwise curl reads brackets as patterns and leaves dot segments out.
  if (/[[\]{}]/.test(url)) options.push("--globoff");
  if (/\/\.\.?(?:[/?]|$)/.test(url)) options.push("--path-as-is");
  // A field without a value is written with a semicolon; one without anything is one that curl is not to send.
  for (const { name, value } of fields) {
    options.push(`-H ${shellWord(value === "" ? `${name};` : `${name}: ${value}`)}`);
  }
  for (const name of ["User-Agent", "Accept"]) if (!has(name.toLowerCase())) options.push(`-H '${name}:'`);
  if (hasBody && !has("content-type")) options.push("-H 'Content-Type:'");
  if (has("accept-encoding")) options.push("--compressed");
  // No word of a shell holds a zero byte, and some turn what is no text.
  const isPiped = hasBody && (encoding === "base64" || body.includes("\0"));
  if (isPiped) options.push("--data-binary @-");
  else if (hasBody) options.push(`--data-raw ${shellWord(body)}`);
  const lines = [`curl ${shellWord(url)}`, ...options].join(" \\\n  ");
  const note = truncated ? "# The body was longer: only its beginning is known.\n" : "";
  if (!isPiped) return note + lines;
  const base64 = encoding === "base64" ? body : btoa(String.fromCharCode(...new TextEncoder().encode(body)));
  return `${note}printf %s ${shellWord(base64)} | base64 -d |\n${lines}`;
}

/** The request for fetch, in any JavaScript. Browsers leave out fields that pages may not set, such as Cookie. */
export function asFetch(record) {
  const { method, url, request: { body, encoding, truncated } } = record;
  const lines = [`  method: ${JSON.stringify(method)},`];
  const fields = sentFields(record).map(({ name, value }) =>
    `    [${JSON.stringify(name)}, ${JSON.stringify(value)}],`
  );
  if (fields.length > 0) lines.push("  headers: [", ...fields, "  ],");
  const notes = [];
  if (truncated) notes.push("// The body was longer: only its beginning is known.");
  if (body !== "" && (method === "GET" || method === "HEAD")) {
    notes.push(`// fetch sends no body with ${method}.`);
  } else if (encoding === "base64") {
    lines.push(`  body: Uint8Array.from(atob(${JSON.stringify(body)}), (byte) => byte.charCodeAt(0)),`);
  } else if (body !== "") {
    // Bytes, since a text would bring a Content-Type of its own.
    const isPlain = fieldValue(record.request.headers, "content-type") !== undefined;
    const text = JSON.stringify(body);
    lines.push(`  body: ${isPlain ? text : `new TextEncoder().encode(${text})`},`);
  }
  lines.push(`  redirect: "manual",`);
  return [...notes, `await fetch(${JSON.stringify(url)}, {`, ...lines, "});"].join("\n");
}
