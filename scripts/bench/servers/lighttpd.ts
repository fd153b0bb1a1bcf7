/**
 * lighttpd's configuration. 65535 is the most that its number of requests on a connection can be.
 *
 * @module
 */
import { fileExists, findInstalled } from "../find.ts";
import { LEVELS } from "../coding_rows.ts";
import type { Lacks, Peer, Place } from "../types.ts";

const MODULES = "/usr/lib/lighttpd";

export const lighttpd: Peer = {
  id: "lighttpd",
  title: "lighttpd",
  wants: "lighttpd",
  features: [
    "answer",
    "large",
    "missing",
    "range",
    "condition",
    "close",
    "cgi",
    "put",
    "gzip",
    "brotli",
    "idle",
  ],
  find: async () => {
    const program = await findInstalled("lighttpd", "-v");
    return program && { ...program, lacks: missingModules() };
  },
  launch: (place) => ({
    args: ["-D", "-f", `${place.folder}/lighttpd.conf`],
    files: { "lighttpd.conf": configure(place) },
  }),
};

const NO_DEFLATE = "its mod_deflate is not installed (lighttpd-mod-deflate)";

function missingModules(): Lacks {
  return {
    ...(!fileExists(`${MODULES}/mod_cgi.so`) && { cgi: "its mod_cgi is not installed" }),
    ...(!fileExists(`${MODULES}/mod_webdav.so`) && {
      put: "its mod_webdav is not installed (lighttpd-mod-webdav)",
    }),
    ...(!fileExists(`${MODULES}/mod_deflate.so`) && { gzip: NO_DEFLATE, brotli: NO_DEFLATE }),
  };
}

function configure({ folder, site, programs, port, connections, setup }: Place): string {
  const cgi = `server.modules += ( "mod_alias", "mod_cgi" )
alias.url += ( "/cgi-bin/" => "${programs}/" )
cgi.assign = ( ".cgi" => "" )
`;
  const store = `server.modules += ( "mod_alias", "mod_webdav" )
alias.url += ( "/files/" => "${folder}/store/" )
$HTTP["url"] =^ "/files/" { webdav.activate = "enable" }
`;
  // With the folder in which it keeps what it has compressed, as its documentation advises.
  const coding = `server.modules += ( "mod_deflate" )
deflate.mimetypes = ( "text/" )
deflate.allowed-encodings = ( "br", "gzip" )
deflate.compression-level = ${LEVELS.gzip}
deflate.params = ( "BROTLI_PARAM_QUALITY" => ${LEVELS.br} )
deflate.cache-dir = "${folder}/deflated"
`;
  const most = setup.idle ? connections + 1000 : 4096;
  return `server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${site}"
server.errorlog = "${folder}/error.log"
server.upload-dirs = ( "${folder}" )
server.listen-backlog = 4096
server.max-fds = ${2 * most}
server.max-connections = ${most}
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 60
mimetype.assign = ( ".html" => "text/html", ".js" => "text/javascript", ".txt" => "text/plain", "" => "application/octet-stream" )
${setup.cgi ? cgi : ""}${setup.store ? store : ""}${setup.coding ? coding : ""}`;
}
