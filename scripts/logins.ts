/**
 * Measures logins: whether a wrong password takes as long as a name that nobody has, for each kind of hash, and what failed
 * logins, a thousand a second, do to the requests of others. `deno run -A scripts/logins.ts`
 *
 * @module
 */
import { makeHash } from "../lib/access/make_hash.ts";
import { startServer } from "../tests/support/server.ts";

const SECONDS = 3, ROUNDS = 3, FAILURES = 1000, OTHERS = 200;

const config = (logins: number) => `
workers: 2
access_log: off
limits: { logins: ${logins} }
servers:
  - listen: LISTEN
    server_name: localhost
    root: www
    auth_basic: x
    auth_basic_user_file: users
    locations:
      /open/: { auth_basic: off, access: { read: all } }
`;

/** One connection that is kept; one request at a time. */
class Client {
  readonly #buffer = new Uint8Array(64 * 1024);
  private constructor(readonly connection: Deno.TcpConn) {}

  static async open(port: number): Promise<Client> {
    const connection = await Deno.connect({ port });
    connection.setNoDelay();
    return new Client(connection);
  }

  /** Milliseconds, and the status. */
  async ask(path: string, login = ""): Promise<{ time: number; status: number }> {
    const field = login === "" ? "" : `Authorization: Basic ${btoa(login)}\r\n`;
    const head = new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${field}\r\n`);
    const begun = performance.now();
    await this.connection.write(head);
    let text = "";
    for (;;) {
      const count = await this.connection.read(this.#buffer);
      if (count === null) throw new Error("the server has closed the connection");
      text += new TextDecoder("latin1").decode(this.#buffer.subarray(0, count));
      const end = text.indexOf("\r\n\r\n"), length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
      if (end >= 0 && text.length >= end + 4 + Number(length ?? 0)) break;
    }
    return { time: performance.now() - begun, status: Number(text.slice(9, 12)) };
  }
}

function quantile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

const shown = (time: number) => `${time.toFixed(2)} ms`;

/** As many in a second as are wanted, on some connections. */
async function load(
  port: number,
  rate: number,
  clients: number,
  ask: (client: Client, number: number) => Promise<{ time: number; status: number }>,
): Promise<{ times: number[]; statuses: Map<number, number> }> {
  const times: number[] = [], statuses = new Map<number, number>(), begun = performance.now();
  let number = 0;
  await Promise.all(Array.from({ length: clients }, async (_, index) => {
    const client = await Client.open(port);
    for (let due = begun + index * 1000 / rate;; due += clients * 1000 / rate) {
      const wait = due - performance.now();
      if (Math.max(due, performance.now()) - begun > SECONDS * 1000) break;
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const { time, status } = await ask(client, number++);
      times.push(time);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    client.connection.close();
  }));
  return { times, statuses };
}

function htpasswd(kind: string, name: string): string {
  const { stdout } = new Deno.Command("htpasswd", { args: [`-nb${kind}`, name, "secret"] }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

async function compareTimes(): Promise<void> {
  console.log("a wrong password and a name that nobody has, medians of 60 each:");
  for (
    const [kind, users] of [
      ["bcrypt 5", htpasswd("B", "anna")],
      ["bcrypt 10", `anna:${makeHash("secret")}`],
      ["$apr1$", htpasswd("m", "anna")],
      ["$6$", htpasswd("5", "anna")],
      ["{SHA}", htpasswd("s", "anna")],
      ["all", ["B", "m", "5", "s"].map((kind) => htpasswd(kind, `anna${kind}`)).join("\n")],
    ] as const
  ) {
    await using server = await startServer({
      config: config(1_000_000),
      files: { "www/open/a.txt": "a", users: `${users}\n` },
    });
    const client = await Client.open(server.port),
      names = users.split("\n").map((line) => line.split(":")[0]!);
    const wrong: number[] = [], unknown: number[] = [];
    for (let i = 0; i < 65; i++) {
      const one = (await client.ask("/", `${names[i % names.length]}:no${i}`)).time;
      const other = (await client.ask("/", `nobody${i}:no${i}`)).time;
      if (i >= 5) wrong.push(one), unknown.push(other);
    }
    client.connection.close();
    console.log(
      `  ${kind.padEnd(10)} wrong ${shown(quantile(wrong, .5))}, unknown ${shown(quantile(unknown, .5))}` +
        ` (p90 ${shown(quantile(wrong, .9))}, ${shown(quantile(unknown, .9))})`,
    );
  }
}

/** What others notice: alone, beside as many requests that ask for nothing, and beside failed logins; of some rounds the calmest. */
async function disturb(what: string, logins: number, users: string): Promise<void> {
  await using server = await startServer({
    config: config(logins),
    files: { "www/open/a.txt": "a", users },
  });
  const { port } = server;
  const others = () => load(port, OTHERS, 8, (client) => client.ask("/open/a.txt"));
  const beside = async (login: (number: number) => string) => {
    const [{ times }, { statuses }] = await Promise.all([
      others(),
      load(port, FAILURES, 32, (client, number) => client.ask("/", login(number))),
    ]);
    return { times, statuses: [...statuses].map(([status, count]) => `${count} x ${status}`).join(", ") };
  };
  const alone: number[][] = [], asking: number[][] = [], failing: number[][] = [];
  let statuses = "";
  for (let round = 0; round < ROUNDS; round++) {
    alone.push((await others()).times);
    asking.push((await beside(() => "")).times);
    const failed = await beside((number) => `anna:no${round}-${number}`);
    failing.push(failed.times);
    statuses = failed.statuses;
  }
  const line = (rounds: readonly number[][]) =>
    [.5, .9, .99].map((part) =>
      `p${part * 100} ${shown(Math.min(...rounds.map((times) => quantile(times, part))))}`
    ).join(", ");
  console.log(`${what}: ${OTHERS} requests a second of others`);
  console.log(`  alone:                                             ${line(alone)}`);
  console.log(`  beside ${FAILURES} requests a second without a login (401):  ${line(asking)}`);
  console.log(
    `  beside ${FAILURES} failed logins a second:                   ${line(failing)} (${statuses})`,
  );
}

if (!Deno.args.includes("--load")) await compareTimes();
await disturb("limits.logins 10, bcrypt 10", 10, `anna:${makeHash("secret")}\n`);
await disturb("limits.logins unlimited, bcrypt 10", 1_000_000, `anna:${makeHash("secret")}\n`);
