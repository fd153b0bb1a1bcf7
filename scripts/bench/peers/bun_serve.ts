/**
 * Bun.serve with the static file handler that its documentation teaches. Arguments: the port and the folder.
 *
 * @module
 */
interface BunFile extends Blob {
  exists(): Promise<boolean>;
}
declare const Bun: {
  readonly argv: string[];
  file(path: string): BunFile;
  serve(options: {
    hostname: string;
    port: number;
    fetch: (request: Request) => Promise<Response>;
  }): unknown;
};

const [, , port, site] = Bun.argv;

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(port),
  async fetch(request) {
    const file = Bun.file(site + new URL(request.url).pathname);
    return await file.exists() ? new Response(file) : new Response("Not found", { status: 404 });
  },
});
