/**
 * `deno task s3`: an S3-compatible storage to try webserv's buckets with, empty, in memory, on 127.0.0.1. It runs until
 * Ctrl+C.
 *
 *     deno task s3 [--port N] [--bucket NAME]... [--public]
 *
 * Prints lines for a shell and a configuration that uses them. --public: everybody may read and list the buckets, with
 * no signature. Exit status: 0 ended as asked, 1 it did not start, 2 wrong usage.
 *
 * @module
 */
import { optionValues } from "./option_values.ts";
import { startStorage, type Storage } from "./s3/storage.ts";

/** How often it is seen whether whoever started this is still there, in milliseconds. */
const PARENT_LOOKS = 500;

function usageError(message: string): never {
  console.error(`s3: ${message}`);
  Deno.exit(2);
}

async function main(): Promise<number> {
  const { bucket: buckets = ["media"], port: portText, public: isPublic = false } = optionValues(
    Deno.args,
    { port: { type: "string" }, bucket: { type: "string", multiple: true }, public: { type: "boolean" } },
    usageError,
  );
  const port = Number(portText ?? 1);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    usageError(`--port wants a number from 1 to 65535, not "${portText}"`);
  }
  const strange = buckets.find((name) => !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name));
  if (strange !== undefined) {
    usageError(`--bucket wants 3 to 63 small letters, digits, points or hyphens, not "${strange}"`);
  }

  const ending = new AbortController();
  const end = () => ending.abort(new Error("interrupted"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, end);
  const parent = Deno.ppid;
  const looks = setInterval(() => Deno.ppid === parent || end(), PARENT_LOOKS);
  try {
    const options = { buckets, isPublic, signal: ending.signal, ...(portText !== undefined && { port }) };
    await using storage = await startStorage(options);
    console.log(words(storage, buckets));
    await new Promise((resolve) => ending.signal.addEventListener("abort", resolve));
    return 0;
  } catch (error) {
    if (ending.signal.aborted) return 0;
    console.error(`s3: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    clearInterval(looks);
  }
}

/** What somebody who wants to use it needs: to paste into a shell, and into a webserv.yaml. */
function words({ endpoint, region, accessKey, secretKey }: Storage, buckets: readonly string[]): string {
  const settings = `region: ${region}, access_key: "\${S3_KEY}", secret_key: "\${S3_SECRET}", path_style: on`;
  return `# The storage is ready; Ctrl+C ends it, and what it holds is gone. For the shell:
export S3_ENDPOINT=${endpoint}
export S3_REGION=${region}
export S3_KEY=${accessKey}
export S3_SECRET=${secretKey}

# webserv.yaml:
buckets:
${buckets.map((name) => `  ${name}: { endpoint: "${endpoint}", bucket: ${name}, ${settings} }`).join("\n")}
servers:
  - listen: 127.0.0.1:8080
    locations:
${
    buckets.map((name) => `      /${name}/: { bucket: ${name}, autoindex: on, upload_store: bucket }`).join(
      "\n",
    )
  }
`;
}

Deno.exit(await main());
