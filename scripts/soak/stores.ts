/**
 * What clients of a soak change: uploads that are broken off and gone on with, and folders that are mounted (WebDAV).
 *
 * @module
 */
import type { WireResponse } from "../../tests/support/wire.ts";
import { anyBytes, ask, type Client, connect, expect, hangUp, isSame, NoAnswer } from "../siege/client.ts";

let names = 0;

const PART = { "Content-Type": "application/partial-upload" };

/** An upload in three parts. */
export async function resumed(client: Client): Promise<void> {
  const target = `/store/parts-${++names}.bin`, body = anyBytes(300_000);
  const first = Math.floor(body.length / 3), second = Math.floor(body.length / 2);
  const begun = await ask(client, "PUT", target, { "Upload-Complete": "?0" }, body.subarray(0, first));
  const at = begun.field("location");
  expect(begun.status === 201 && at !== undefined, `begun: ${begun.status}`);
  const fields = (offset: number, isLast: boolean) => ({
    ...PART,
    "Upload-Offset": String(offset),
    "Upload-Complete": isLast ? "?1" : "?0",
  });
  const more = await ask(client, "PATCH", at!, fields(first, false), body.subarray(first, second));
  expect(more.status === 204, `gone on: ${more.status}`);
  const wrong = await ask(client, "PATCH", at!, fields(second + 1, false), body.subarray(second));
  expect(wrong.status === 409, `gone on elsewhere: ${wrong.status}`);
  const last = await ask(client, "PATCH", at!, fields(second, true), body.subarray(second));
  expect(last.status === 201, `last part: ${last.status}`);
  await expectStored(client, target, body);
}

/** An upload that its client leaves in the middle, and then goes on with, or gives up. */
export async function brokenOff(client: Client): Promise<void> {
  const target = `/store/broken-${++names}.bin`, body = anyBytes(300_000), half = body.length >> 1;
  const connection = await connect(client);
  await connection.send(
    `PUT ${target} HTTP/1.1\r\nHost: localhost\r\nUpload-Complete: ?1\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  await connection.send(body.subarray(0, half));
  const begun = await connection.response("PUT");
  if (begun === undefined) throw new NoAnswer("PUT that is broken off");
  if (begun.status !== 104) {
    // What is short may be there whole before anybody can leave.
    expect(half === body.length && begun.status === 201, `broken off: ${begun.status} instead of 104`);
    return await expectStored(client, target, body);
  }
  const at = begun.field("location")!;
  hangUp(client);
  const state = await ask(client, "HEAD", at);
  const offset = Number(state.field("upload-offset"));
  expect(state.status === 204 && offset <= half, `broken off: ${state.status} at ${offset}`);
  if (Math.random() < 0.3) {
    const removed = await ask(client, "DELETE", at);
    return expect(removed.status === 204, `given up: ${removed.status}`);
  }
  const fields = { ...PART, "Upload-Offset": String(offset), "Upload-Complete": "?1" };
  const last = await ask(client, "PATCH", at, fields, body.subarray(offset));
  expect(last.status === 201, `after it was broken off: ${last.status}`);
  await expectStored(client, target, body);
}

/** It is there as it was sent, and is removed. */
async function expectStored(client: Client, target: string, body: Uint8Array): Promise<void> {
  const read = await ask(client, "GET", target);
  expect(read.status === 200 && isSame(read.body, body), `stored: ${read.status}, ${read.body.length} bytes`);
  const removed = await ask(client, "DELETE", target);
  expect(removed.status === 204, `DELETE: ${removed.status}`);
}

const LOCK_INFO = '<?xml version="1.0" encoding="utf-8"?>\n<D:lockinfo xmlns:D="DAV:">' +
  "<D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>";

/** A folder is made, listed, copied, moved, locked and removed. */
export async function dav(client: Client): Promise<void> {
  const folder = `/dav/folder-${++names}`, file = `${folder}/a.bin`, body = anyBytes(50_000);
  const step = async (
    status: number,
    method: string,
    target: string,
    fields: Readonly<Record<string, string>> = {},
    content?: string | Uint8Array,
  ): Promise<WireResponse> => {
    const answer = await ask(client, method, target, fields, content);
    expect(answer.status === status, `${method}: ${answer.status} instead of ${status}`);
    return answer;
  };
  await step(201, "MKCOL", `${folder}/`);
  await step(201, "PUT", file, {}, body);
  const listed = await step(207, "PROPFIND", `${folder}/`, { Depth: "1" });
  expect((listed.text.match(/<D:response>/g) ?? []).length === 2, `PROPFIND: ${listed.text.length} bytes`);
  await step(201, "COPY", file, { Destination: `${folder}/b.bin` });
  await step(201, "MOVE", `${folder}/b.bin`, { Destination: `${folder}/c.bin` });
  const copy = await step(200, "GET", `${folder}/c.bin`);
  expect(isSame(copy.body, body), `moved: ${copy.body.length} other bytes`);
  const locked = await step(200, "LOCK", file, { Depth: "0", Timeout: "Second-60" }, LOCK_INFO);
  const token = locked.field("lock-token");
  expect(token !== undefined, "LOCK without a token");
  await step(423, "PUT", file, {}, "not mine");
  await step(204, "PUT", file, { If: `(${token})` }, "mine");
  // Some locks go with what they lock.
  if (Math.random() < 0.5) await step(204, "UNLOCK", file, { "Lock-Token": token! });
  else await step(204, "DELETE", file, { If: `(${token})` });
  await step(204, "DELETE", `${folder}/`);
  await step(404, "PROPFIND", `${folder}/`, { Depth: "0" });
}
