/**
 * Live reload in a soak: a page, and the stream of events that it listens to.
 *
 * @module
 */
import { join } from "@std/path";
import { toText } from "../../tests/support/latin1.ts";
import type { WireClient } from "../../tests/support/wire.ts";
import { ask, type Client, connect, expect, hangUp } from "../siege/client.ts";

/** A page of live reload, and its stream of events until a file has changed. @param folder that of the site */
export function liveReload(folder: string): (client: Client) => Promise<void> {
  const file = join(folder, "live/page.html");
  return async (client) => {
    const page = await ask(client, "GET", "/live/page.html");
    expect(page.status === 200 && page.text.includes("/.webserv/live.js"), `live page: ${page.status}`);
    const start = performance.now();
    let events = await listen(client), last = await events.until(/^id: (.*)\n[^]*?\n\n/m);
    await Deno.writeTextFile(file, `<title>page ${start}</title>`);
    for (;;) {
      const change = last && await events.until(/event: change\n/);
      if (change !== undefined) break;
      // A reload ends the streams; browsers listen again, and say what they have heard.
      const isReloaded = performance.now() - client.lastReload() < client.handover;
      expect(isReloaded, "live reload: the stream ended without a reload");
      client.tally.repeated++;
      events = await listen(client, last);
      last ??= await events.until(/^id: (.*)\n[^]*?\n\n/m);
    }
    client.tally.answered(performance.now() - start);
    hangUp(client);
  };
}

async function listen(client: Client, last?: string): Promise<Events> {
  const connection = await connect(client);
  const heard = last === undefined ? "" : `Last-Event-ID: ${last}\r\n`;
  await connection.get("/.webserv/live", `Accept: text/event-stream\r\n${heard}`);
  return new Events(connection);
}

/** What comes of a stream of events, of which the latest part is kept. */
class Events {
  #text = "";
  readonly #buffer = new Uint8Array(8192);

  constructor(readonly client: WireClient) {}

  /** The first group of what matches, or "" without one; undefined if the stream ends before. */
  async until(wanted: RegExp): Promise<string | undefined> {
    for (;;) {
      const found = wanted.exec(this.#text);
      if (found !== null) return found[1] ?? "";
      // The last chunk: the connection is there for one more request.
      if (this.#text.endsWith("\r\n0\r\n\r\n")) return undefined;
      const count = await this.client.connection.read(this.#buffer);
      if (count === null) return undefined;
      this.#text = (this.#text + toText(this.#buffer.subarray(0, count))).slice(-8192);
    }
  }
}
