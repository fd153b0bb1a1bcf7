/**
 * The load program `openssl s_time`, for connections that are new each time: unlike wrk it never takes up an earlier
 * session, so every connection is a whole handshake. It speaks HTTP/1.0 and says nothing of latency.
 *
 * @module
 */
import { runPinned } from "./process.ts";
import { loadEnvironment } from "./tls.ts";
import type { Load, LoadProgram, TlsFiles } from "./types.ts";

/** Its command line: one connection after the other. */
export function sTimeArguments(host: string, path: string, seconds: number): string[] {
  return ["s_time", "-connect", host, "-new", "-tls1_3", "-time", String(seconds), "-www", path];
}

/** Sums up what several of them said. */
export function parseSTime(outputs: readonly string[], seconds: number): Load {
  const all = outputs.map((output) => {
    const said = /(\d+) connections in \d+ real seconds, (\d+) bytes read per connection/.exec(output);
    if (!said) throw new Error(`openssl did not say what it measured: "${output.trim()}"`);
    return { connections: Number(said[1]), length: Number(said[2]) };
  });
  return {
    requests: all.reduce((sum, { connections }) => sum + connections, 0),
    seconds,
    bytes: all.reduce((sum, { connections, length }) => sum + connections * length, 0),
    p99: NaN,
    failures: 0,
    socketErrors: 0,
  };
}

/** Puts as many of them on a core as the row has connections. It counts whole seconds, so a run is a little longer. */
export function sTimeOn(core: number, tls: TlsFiles, signal: AbortSignal): LoadProgram {
  return async ({ row, url, folder }, seconds) => {
    const args = sTimeArguments(new URL(url).host, row.path, seconds);
    const start = performance.now();
    const outputs = await Promise.all(Array.from(
      { length: row.connections },
      () =>
        runPinned({
          cores: String(core),
          program: "openssl",
          args,
          cwd: folder,
          env: loadEnvironment(tls),
          signal,
        }),
    ));
    return parseSTime(outputs, (performance.now() - start) / 1000);
  };
}
