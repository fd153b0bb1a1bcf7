/**
 * Apache's configuration, with a thread for every client and a few more: when all of them are busy it cuts kept
 * connections.
 *
 * @module
 */
import { fileExists, findInstalled } from "../find.ts";
import type { Lacks, Peer, Place } from "../types.ts";
import { isRoot } from "./common.ts";

const MODULES = "/usr/lib/apache2/modules";

export const apache: Peer = {
  id: "apache",
  title: "Apache (event)",
  wants: "apache2",
  features: ["answer", "large", "missing", "range", "condition", "close", "cgi", "put"],
  forgets: "cgi",
  find: async () => {
    const program = await findInstalled("apache2", "-v");
    return program && { ...program, lacks: missingModules() };
  },
  launch: (place) => ({
    args: ["-DFOREGROUND", "-f", `${place.folder}/apache2.conf`],
    files: { "apache2.conf": configure(place) },
  }),
};

function missingModules(): Lacks {
  return {
    ...(!fileExists(moduleFile("cgid")) && { cgi: "its mod_cgid is not installed" }),
    ...(!fileExists(moduleFile("dav_fs")) && { put: "its mod_dav_fs is not installed" }),
  };
}

const moduleFile = (name: string) => `${MODULES}/mod_${name}.so`;

function configure({ folder, site, programs, port, connections, setup }: Place): string {
  const threads = connections + 16;
  const modules = [
    ...["mpm_event", "authz_core", "mime"],
    ...(setup.cgi || setup.store ? ["alias"] : []),
    ...(setup.cgi ? ["cgid"] : []),
    ...(setup.store ? ["dav", "dav_fs"] : []),
  ].map((name) => `LoadModule ${name}_module ${moduleFile(name)}`).join("\n");
  const cgi = `ScriptSock ${folder}/cgid.sock
ScriptAlias /cgi-bin/ ${programs}/
<Directory ${programs}>
  AllowOverride None
  Options ExecCGI
  Require all granted
</Directory>
`;
  const store = `DavLockDB ${folder}/store/.locks
Alias /files/ ${folder}/store/
<Directory ${folder}/store>
  AllowOverride None
  Dav On
  LimitRequestBody 0
  Require all granted
</Directory>
`;
  return `${modules}
ServerRoot ${folder}
ServerName localhost
Listen 127.0.0.1:${port}
ListenBackLog 4096
PidFile ${folder}/apache2.pid
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
ErrorLog ${folder}/error.log
${isRoot() ? "User nobody\nGroup nogroup" : ""}
StartServers 1
ServerLimit 1
ThreadLimit ${threads}
ThreadsPerChild ${threads}
MaxRequestWorkers ${threads}
MinSpareThreads 1
MaxSpareThreads ${threads}
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
EnableSendfile On
TypesConfig /dev/null
AddType text/html .html
DocumentRoot ${site}
<Directory ${site}>
  Options FollowSymLinks
  AllowOverride None
  Require all granted
</Directory>
${setup.cgi ? cgi : ""}${setup.store ? store : ""}`;
}
