/**
 * Deno.serve with the static file handler that its documentation teaches. Arguments: the port and the folder.
 *
 * @module
 */
const [port, site] = Deno.args;

/** Without no-transform it would compress what the others do not. */
const FIELDS = { "Cache-Control": "no-transform", "Content-Type": "text/html" };

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen: () => {} }, async (request) => {
  const { pathname } = new URL(request.url);
  try {
    const file = await Deno.open(site + pathname);
    const { size, mtime } = await file.stat();
    return new Response(file.readable, {
      headers: { ...FIELDS, "Content-Length": String(size), "Last-Modified": mtime?.toUTCString() ?? "" },
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Response("Not found", { status: 404 });
    throw error;
  }
});
