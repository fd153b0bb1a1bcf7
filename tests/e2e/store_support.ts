/**
 * What the end-to-end tests of storing have in common: a server with a store, requests that write, and looks at what
 * the store holds, hidden files too.
 *
 * @module
 */
import { join } from "@std/path";
import type { TestServer } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";
import { WireClient, type WireResponse } from "../support/wire.ts";

/** A server with a store at /files/ (and one that overwrites at /over/), in its folder's `store` and `over`. */
export const STORE_CONFIG = `access_log: off
servers:
  - listen: LISTEN
    root: site
    locations:
      /files/: { upload_store: store, autoindex: on, client_max_body_size: 10M }
      /over/: { upload_store: over, autoindex: on, overwrite: on, client_max_body_size: 10M }
`;

/** What every such server has. */
export const STORE_FILES = { "site/ok.txt": "fine", store: null, over: null };

type FieldTable = Readonly<Record<string, string>>;

/** A head for localhost. */
export const head = (method: string, target: string, fields: FieldTable = {}): string =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n` +
  Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("") + "\r\n";

/** One request on a connection of its own. @throws if there is no answer */
export async function send(
  { port }: { readonly port: number },
  method: string,
  target: string,
  body: string | Uint8Array | undefined = undefined,
  fields: FieldTable = {},
): Promise<WireResponse> {
  using client = await WireClient.connect(port);
  const length: FieldTable = body === undefined ? {} : { "Content-Length": String(body.length) };
  await client.send(head(method, target, { ...length, ...fields }));
  if (body !== undefined) await client.send(body);
  const response = await client.response(method);
  if (!response) throw new Error(`${method} ${target} got no answer`);
  return response;
}

export const put = (
  server: { readonly port: number },
  target: string,
  body: string | Uint8Array,
  fields?: FieldTable,
): Promise<WireResponse> => send(server, "PUT", target, body, fields);

export const BOUNDARY = "----boundary";
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
export const FORM_END = `--${BOUNDARY}--\r\n`;

/** One part of a form. The parameters are as they stand behind `form-data`. */
export const formPart = (parameters: string, content: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data${parameters}\r\nContent-Type: text/plain\r\n\r\n${content}\r\n`;

/** A form with files by name. */
export const formOf = (files: FieldTable): string =>
  Object.entries(files).map(([name, content]) => formPart(`; name="file"; filename="${name}"`, content))
    .join("") + FORM_END;

export const postForm = (
  server: { readonly port: number },
  target: string,
  body: string,
  fields: FieldTable = {},
): Promise<WireResponse> => send(server, "POST", target, body, { "Content-Type": FORM_TYPE, ...fields });

/** All files below a folder by their paths, hidden ones too; not what links lead to. */
export function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(join(folder, name)).map((path) => `${name}/${path}`) : [name]
  ).sort();
}

/** The store holds just these files, now or soon. */
export async function assertHolds(folder: string, expected: readonly string[]): Promise<void> {
  const wanted = [...expected].sort().join();
  await waitUntil(
    () => filesIn(folder).join() === wanted,
    () => `${folder} holds ${wanted}; it holds ${filesIn(folder)}`,
  );
}

/** A server's store. */
export const storeOf = ({ folder }: TestServer, name = "store"): string => join(folder, name);

/** A client that has sent the beginning of an upload, of which the server has begun to write. */
export async function beginUpload(
  port: number,
  folder: string,
  data = head("PUT", "/files/half.bin", { "Content-Length": "1000000" }) + "x".repeat(100_000),
): Promise<WireClient> {
  const client = await WireClient.connect(port);
  await client.send(data);
  await waitUntil(() => filesIn(folder).some((name) => name.includes(".webserv-")), "an upload has begun");
  return client;
}
