/**
 * Asks a server once with curl before it is measured, so that a quick error is never taken for a quick answer.
 *
 * @module
 */
import { join } from "@std/path";
import { PUT_NAMES } from "./setup.ts";
import { curlOptions } from "./tls.ts";
import type { Row, Target } from "./types.ts";

/** One answer as curl saw it. */
export interface Answer {
  /** As curl says it: `1.1`, `2`. */
  readonly version: string;
  readonly status: number;
  readonly headLength: number;
  readonly contentLength: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** Takes a response head apart, names in lower case. */
export function parseFields(head: string): Map<string, string> {
  const lines = head.split("\r\n").slice(1).filter((line) => line.includes(":"));
  return new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
}

/** The fields with which a client that has the file asks for it again. */
export function validatorsOf(fields: ReadonlyMap<string, string>): string[] {
  const tag = fields.get("etag"), date = fields.get("last-modified");
  return [
    ...(tag === undefined ? [] : [`If-None-Match: ${tag}`]),
    ...(date === undefined ? [] : [`If-Modified-Since: ${date}`]),
  ];
}

/** What is wrong with an answer; undefined if it is what the row wants. */
export function complaintAbout(
  { expect }: Row,
  answer: Answer,
  isRight: boolean,
  version = "1.1",
): string | undefined {
  if (answer.version !== version) return `speaks HTTP/${answer.version} instead of HTTP/${version}`;
  if (answer.status !== expect.status) return `answers ${answer.status} instead of ${expect.status}`;
  if (expect.length !== undefined && answer.contentLength !== expect.length) {
    return `sends ${answer.contentLength} bytes of content instead of ${expect.length}`;
  }
  const coding = answer.fields.get("content-encoding");
  if (coding !== expect.coding) {
    return expect.coding === undefined
      ? "sends compressed content"
      : `sends ${coding ?? "plain content"} for ${expect.coding}`;
  }
  return isRight ? undefined : "sends other content than the file's";
}

/** The request fields for a row: its own and what had to be learned from the server. */
export async function learnFields({ row, url, folder, tls, setup }: Target): Promise<string[]> {
  const fields = row.fields ?? [];
  if (!row.revalidates) return [...fields];
  const validators = validatorsOf((await ask(url, fields, folder, curlOptions(tls, setup.tls))).fields);
  if (validators.length === 0) throw new Error("gives no validator");
  return [...fields, ...validators];
}

/**
 * Throws if the server does not answer as the row wants. Gives the whole length of the answer, or that of its content
 * where the load program counts nothing else.
 */
export async function checkAnswer(target: Target): Promise<number> {
  const { row, url, fields, folder, setup, tls } = target;
  if (row.puts !== undefined) return await checkStoring(target, row.puts);
  const options = curlOptions(tls, setup.tls);
  const { coding } = row.expect;
  const answer = await ask(url, fields, folder, [...options, ...(coding ? ["--compressed"] : [])]);
  const version = setup.tls === "h2" ? "2" : "1.1";
  const complaint = complaintAbout(row, answer, await hasRightContent(target), version);
  if (complaint !== undefined) throw new Error(complaint);
  if (row.load === "h2load") return answer.contentLength;
  if (!answer.fields.has("transfer-encoding") && !coding) return answer.headLength + answer.contentLength;
  const { headLength } = await ask(url, fields, folder, [...options, "--raw"]);
  return headLength + (await Deno.stat(join(folder, CONTENT))).size;
}

/** Stores all names that the load is going to write, and one of them again. */
async function checkStoring(
  { row, url, fields, folder, site, store }: Target,
  file: string,
): Promise<number> {
  const upload = ["--upload-file", join(site, file)];
  for (let index = 2; index <= PUT_NAMES; index++) await ask(url + index, fields, folder, upload);
  const first = await ask(`${url}1`, fields, folder, upload);
  if (first.status !== 201) throw new Error(`answers ${first.status} instead of 201 to a new name`);
  const again = await ask(`${url}1`, fields, folder, upload);
  const name = row.path.slice(row.path.lastIndexOf("/") + 1) + "1";
  const [sent, stored] = await Promise.all(
    [join(site, file), join(store, name)].map((path) => Deno.readFile(path)),
  );
  const isRight = sent!.length === stored!.length && sent!.every((byte, index) => byte === stored![index]);
  const complaint = complaintAbout(row, again, isRight);
  if (complaint !== undefined) throw new Error(complaint);
  return again.headLength + again.contentLength;
}

async function hasRightContent({ row: { path, expect }, folder, site }: Target): Promise<boolean> {
  const received = join(folder, CONTENT);
  if (expect.text !== undefined) return await Deno.readTextFile(received) === expect.text;
  return expect.offset === undefined ||
    await isPartOf(join(site, expect.file ?? path), expect.offset, received);
}

/** Where curl puts what it gets. */
const CONTENT = "curl.content";

async function ask(
  url: string,
  fields: readonly string[],
  folder: string,
  options: readonly string[] = [],
): Promise<Answer> {
  const headFile = join(folder, "curl.head");
  await Deno.writeFile(join(folder, CONTENT), new Uint8Array());
  const { code, stdout, stderr } = await new Deno.Command("curl", {
    args: [
      ...["--silent", "--show-error", "--max-time", "30", "--user-agent", "", "--header", "Accept:"],
      // A server may try whether its port is free before it serves there, and break that connection.
      ...["--retry", "3", "--retry-connrefused", "--retry-all-errors"],
      ...["--header", "Expect:", "--dump-header", headFile, "--output", join(folder, CONTENT)],
      ...["--write-out", "%{http_code} %{size_header} %{size_download} %{http_version}"],
      ...fields.flatMap((field) => ["--header", field]),
      ...options,
      url,
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`cannot be asked: ${decoder.decode(stderr).trim()}`);
  const [status, headLength, contentLength, version] = decoder.decode(stdout).split(" ");
  return {
    version: version!,
    status: Number(status),
    headLength: Number(headLength),
    contentLength: Number(contentLength),
    fields: parseFields(await Deno.readTextFile(headFile)),
  };
}

async function isPartOf(file: string, offset: number, received: string): Promise<boolean> {
  const [whole, part] = await Promise.all([Deno.readFile(file), Deno.readFile(received)]);
  return part.every((byte, index) => byte === whole[offset + index]);
}
