/**
 * The keys that a location may have, in the groups that the program knows them by. A new key is a new row: what may
 * be written, where and how it is inherited, its default, its type, and its line in the reference come from here.
 *
 * @module
 */
import * as accesses from "./access.ts";
import { bucketPlace, uploadStore } from "./buckets.ts";
import { flag, oneOrMany, parsed } from "./decoder.ts";
import { fastcgiAddress, fastcgiTargets } from "./fastcgi_target.ts";
import { type HasSource, inLocation, inLocationWithDefault, merged, optional, withDefault } from "./key.ts";
import * as decoders from "./key_decoders.ts";
import * as weathers from "./weather.ts";
import { COMPRESSIBLE_TYPES } from "../http/content_coding.ts";
import {
  mergeErrorPages,
  mergeFields,
  mergeProxyFields,
  mergeProxyTimeouts,
  mergeVariables,
} from "./merge.ts";
import * as names from "./names.ts";

const NO_NETWORKS: readonly string[] = [];
const NO_FOLDERS: readonly string[] = [];

const files = {
  /** The folder that the whole path is appended to; absent if alias or upload_store takes its place. */
  root: optional({
    decoder: (folder) => decoders.labelledPath("a folder", folder),
    notInheritedBeside: ["alias", "uploadStore", "proxyPass"],
    meaning:
      "the folder that the whole path is appended to; in it, in `alias` and in `upload_store` `$host_label` stands for the first label of the host",
    example: "site",
  }),
  /** What replaces the location's prefix: a folder, or a file. */
  alias: inLocation({
    decoder: (folder) => decoders.labelledPath("a folder or a file", folder),
    meaning: "a folder (or file) that takes the place of the location's prefix",
    example: "site/app",
  }),
  /** A place in one of the buckets: what takes the place of the location's prefix, or what the whole path is appended to. */
  bucket: optional({
    decoder: () => bucketPlace,
    notInheritedBeside: ["alias", "return", "cgiScript", "fastcgiPass", "proxyPass"],
    meaning:
      "one of the `buckets`, or a folder in it (`media/films`), which takes the place of the location's prefix; in a server the whole path is appended",
    example: "media",
  }),
  /** Folders outside of the root, the alias or the store; what links lead to in them is there, for reading. */
  allowLinksTo: withDefault({
    decoder: (folder) => oneOrMany(decoders.path("a folder", folder)),
    default: {
      text: "none",
      value: () => NO_FOLDERS,
      example: "[/var/lib/app, /etc/app]",
    },
    meaning: "folders outside of the root into which symbolic links may lead, to be read",
  }),
  /** Names of files, in the order in which they are looked for in a folder. */
  index: withDefault({
    decoder: () => oneOrMany(parsed("the name of a file", names.parseIndex)),
    default: "index.html",
    meaning: "what is sent, or run, for a folder",
  }),
  /** A folder without an index is answered with a listing. */
  autoindex: withDefault({
    decoder: () => flag,
    default: "off",
    meaning: "list folders without an index",
  }),
  /** A folder that is listed can be had as one file. */
  archive: withDefault({
    decoder: () => flag,
    default: "on",
    meaning: "`?archive=zip` and `?archive=tar` send a folder that `autoindex` lists as one file",
  }),
  /** Where to look for what a path means. */
  tryFiles: optional({
    decoder: () => decoders.tryFiles,
    notInheritedBeside: ["alias", "uploadStore", "cgiScript", "fastcgiPass", "proxyPass", "return"],
    meaning:
      "`$uri`, `$uri/`, `$uri.html`, fixed paths, and at the end `=404` or a path, which may have a query: `/doku.php?id=$uri&$args`",
    example: "[$uri, $uri/, /index.html]",
  }),
  /** Extension in lower case, with its dot, to the value of Content-Type. */
  types: merged({
    decoder: () => decoders.types,
    empty: {},
    merge: mergeVariables,
    meaning: "extensions to media types: `{ .glb: model/gltf-binary }`",
    example: "{ .glb: model/gltf-binary }",
    defaultText: "built in",
  }),
  /** The value of Content-Type where no extension tells; undefined: the content is looked at. */
  defaultType: optional({
    decoder: () => decoders.mediaType,
    meaning: "the media type of files that no extension tells, and of the text of a `return`",
    example: "text/html",
    defaultText: "text if it looks like it, else application/octet-stream",
  }),
  /** How long browsers may keep files: patterns to values of Cache-Control, of which the first that matches counts. */
  cacheControl: withDefault({
    decoder: () => decoders.cacheControl,
    default: "no-cache",
    meaning:
      "the field Cache-Control of files: a text, `off`, or a mapping from patterns (`*.html`, `/assets/*`), of which the first counts, to such",
  }),
};

const coding = {
  /** The codings that content may be sent in, in the order in which they are preferred between equal q; empty: none. */
  compression: withDefault({
    decoder: () => decoders.compression,
    default: "on",
    meaning:
      "what is sent compressed to clients that take it: `on` (zstd, br, gzip), `off`, or a list of these in the order of preference",
  }),
  /** Media types in lower case, or `text/*`. */
  compressionTypes: withDefault({
    decoder: () => decoders.compressionTypes,
    default: {
      text: "texts, JavaScript, JSON, XML, SVG, WASM, manifests, fonts that are not compressed",
      value: () => COMPRESSIBLE_TYPES,
      example: "[text/*, application/json]",
    },
    meaning: "media types that are compressed",
  }),
  /** Files beside a file, with the ending of a coding, are sent in its place. */
  precompressed: withDefault({
    decoder: () => flag,
    default: {
      text: "on; off in an upload store",
      // SECURITY: whoever may only add files would replace what others get of those that are there.
      value: (has) => !has("uploadStore"),
      example: "on",
    },
    meaning:
      "`name.zst`, `name.br` or `name.gz` beside a file is sent in its place if it is no older, also where `compression` is off",
  }),
};

const answer = {
  /** The answer to every request. */
  return: optional({
    decoder: () => decoders.returned,
    meaning:
      "a redirect or a fixed answer, in which `$host`, `$uri`, `$request_uri`, `$args`, `$scheme` and `$remote_addr` are known",
    example: "301 https://$host$request_uri",
  }),
  /** Status to the path of its page, every class written out. */
  errorPage: merged({
    decoder: () => decoders.errorPage,
    empty: new Map(),
    merge: mergeErrorPages,
    meaning: "pages for errors: a file, or a program, which is run",
    example: "{ 404: /404.html, 5xx: /50x.html }",
    defaultText: "built in",
  }),
  /** Fields added to every response, in order. */
  addHeader: merged({
    decoder: () => decoders.addHeader,
    empty: [],
    merge: mergeFields,
    meaning:
      "fields for every answer, in place of others of the same name (`Vary` is merged, `Set-Cookie` added); an empty value takes back an inherited one",
    example: "{ X-Frame-Options: DENY }",
  }),
};

const access = {
  /** The realm in which a name and a password are asked for (RFC 7617); undefined: nobody is asked. */
  authBasic: optional({
    decoder: () => accesses.realm,
    takesBack: (realm) => realm === "off",
    meaning: "a name and a password are asked for: the text that browsers show for it; `off` takes it back",
    example: "Family",
  }),
  /** The main thread alone reads it. */
  authBasicUserFile: optional({
    decoder: (folder) => decoders.path("a file of users", folder),
    meaning:
      "the users: lines of `name:hash` as `webserv passwd` or htpasswd writes them (bcrypt, `$apr1$`, sha-crypt, `{SHA}`); what changes in it holds at once",
    example: "users.htpasswd",
  }),
  /** Who may do what; what is absent is for users where a name is asked for, else for all. */
  access: merged({
    decoder: () => accesses.access,
    empty: {},
    merge: accesses.mergeAccess,
    meaning:
      "who may read (GET, HEAD, OPTIONS, PROPFIND) and who may write (everything else): `all`, `users`, `none`, or a list of names",
    example: "{ read: all, write: [anna, ben] }",
    defaultText: "users for both, where `auth_basic` is set",
  }),
  /** Networks in their normal form, or `all`. */
  allow: withDefault({
    decoder: () => oneOrMany(accesses.network),
    default: { text: "all", value: () => ["all"], example: "[127.0.0.1, 192.168.0.0/16]" },
    meaning: "addresses and networks that may ask; others get 403",
  }),
  /** The same; beats allow. */
  deny: withDefault({
    decoder: () => oneOrMany(accesses.network),
    default: { text: "none", value: () => NO_NETWORKS, example: "[192.168.1.66]" },
    meaning: "addresses and networks that may not ask, whatever `allow` says: 403",
  }),
  /** As in the file, else what those who answer here need. Has HEAD wherever it has GET, never OPTIONS. */
  allowedMethods: withDefault({
    decoder: () => decoders.allowedMethods,
    default: {
      text: "GET, HEAD, and what CGI, a store or another server needs",
      value: defaultMethods,
      example: "[GET, HEAD]",
    },
    meaning: "GET stands for HEAD too; OPTIONS is always answered",
  }),
  /** Bytes; Infinity is no limit. */
  clientMaxBodySize: withDefault({
    decoder: () => decoders.size,
    default: "1M",
    meaning: "a larger body is answered 413",
  }),
  /** Cross-origin requests are welcome from everywhere. */
  cors: withDefault({
    decoder: () => flag,
    default: "off",
    meaning: "pages of other origins may read what is here",
  }),
};

const programs = {
  /** Extension with its dot (or `*`) to the interpreter's words, or `true` where the file itself is run. */
  cgi: optional({
    decoder: decoders.interpreters,
    // SECURITY: nothing stored is ever run by the store's location.
    notInheritedBeside: ["bucket", "uploadStore", "cgiScript", "fastcgiPass", "proxyPass", "return"],
    takesBack: (interpreters) => Object.keys(interpreters).length === 0,
    meaning: "an extension (or `*`) to an interpreter, or to `true` = the file itself is run",
    example: "{ .sh: sh, .py: python3, .php: php-cgi }",
  }),
  /** Nothing but programs is answered, where there are any by their extension. */
  cgiOnly: withDefault({
    decoder: () => flag,
    default: "off",
    meaning: "only what `cgi` and `fastcgi` name is answered, the rest is 404",
  }),
  /** The program that answers everything below this location. */
  cgiScript: inLocation({
    decoder: (folder) => decoders.path("the path of a program", folder),
    meaning: "one program that answers everything below the location",
    example: "cgi-bin/hello.sh",
  }),
  /** Extension with its dot (or `*`) to the FastCGI server that answers for such files. */
  fastcgi: optional({
    decoder: fastcgiTargets,
    // SECURITY: nothing stored is ever run by the store's location.
    notInheritedBeside: ["bucket", "uploadStore", "cgiScript", "fastcgiPass", "proxyPass", "return"],
    takesBack: (targets) => Object.keys(targets).length === 0,
    meaning:
      "an extension (or `*`) to a FastCGI server: `unix:PATH`, `HOST:PORT`, or `{ spawn: php-cgi, processes: 4 }`, which is started here",
    example: "{ .php: unix:/run/php/php-fpm.sock }",
  }),
  /** The FastCGI server that answers everything below this location. */
  fastcgiPass: inLocation({
    decoder: fastcgiAddress,
    meaning: "a FastCGI server (`unix:PATH` or `HOST:PORT`) that answers everything below the location",
    example: "unix:/run/app.sock",
  }),
  /** What stands for the root or the alias where a FastCGI server looks for its scripts. */
  fastcgiRoot: optional({
    decoder: () => parsed("an absolute path", names.parseAbsolutePath),
    notInheritedBeside: ["alias"],
    meaning: "where a FastCGI server has what is in the root or alias here: in a container, for example",
    example: "/var/www/html",
  }),
  /** Variables for programs, besides those of CGI. */
  cgiEnv: merged({
    decoder: () => decoders.environment,
    empty: {},
    merge: mergeVariables,
    meaning: "further variables for programs",
    example: "{ GREETING: Hello }",
  }),
  /** The folder that programs may name files of, for the server to send. */
  sendfileFrom: optional({
    decoder: (folder) => decoders.path("a folder", folder),
    meaning:
      "a folder: the file in it that a program names in X-Sendfile (or X-Accel-Redirect) is sent in place of its content, with ranges; without this key both fields are removed",
    example: "private",
  }),
  /** Programs see the credentials of a request. */
  cgiPassAuthorization: withDefault({
    decoder: () => flag,
    default: "off",
    meaning: "programs see the field Authorization",
  }),
  /** Why a program failed is told to whoever asks from this machine. */
  cgiDebug: withDefault({
    decoder: () => flag,
    default: "off",
    meaning:
      "where a program gives no proper answer, clients on this machine get a page with what it said, its environment and the usual causes",
  }),
  /** A slash that was sent as `%2F` may stand in what is left of a path for a program. */
  allowEncodedSlash: withDefault({
    decoder: () => flag,
    default: "off",
    meaning: "`%2F` is let through to a program's PATH_INFO, as a slash; never to a file",
  }),
};

const store = {
  /** The folder that is written to. */
  uploadStore: inLocation({
    decoder: (folder) => uploadStore(decoders.labelledPath("a folder", folder)),
    meaning:
      "the folder that is written to (PUT, POST, DELETE, MKCOL, COPY, MOVE); made if it is not there; `bucket`: the location's place in its bucket (PUT, POST, DELETE)",
    example: "files",
  }),
  /** POST may replace a file. */
  overwrite: withDefault({
    decoder: () => flag,
    default: "off",
    meaning: "POST may replace a file (PUT always does)",
  }),
  /** How long what has been uploaded by half is kept, in milliseconds. */
  uploadExpires: withDefault({
    decoder: () => decoders.nonZeroDuration,
    default: "1d",
    meaning: "how long an upload that was broken off can be gone on with",
  }),
  /** What is answered 201 or 204 is on the disk. */
  fsync: withDefault({
    decoder: () => flag,
    default: "off",
    meaning: "a file is on the disk, and not only in the system's memory, before its upload is answered",
  }),
  /** The store is one of WebDAV (RFC 4918). */
  dav: inLocationWithDefault({
    decoder: () => flag,
    default: "off",
    meaning: "the `upload_store` can be mounted: WebDAV with properties and locks",
  }),
};

const proxy = {
  /** Other servers, one of which answers everything below this location; never empty. */
  proxyPass: inLocation({
    decoder: decoders.proxyPass,
    meaning:
      "another server that answers everything below the location, or a list of such: `http://HOST:PORT`, `https://HOST`, `http://unix:/PATH`; a path behind it takes the place of the location's prefix",
    example: "http://127.0.0.1:3000",
  }),
  /** Fields of what is asked of other servers, in order, in place of those that would be sent; empty: it is not sent. */
  proxySetHeader: merged({
    decoder: () => decoders.proxySetHeader,
    empty: [],
    merge: mergeProxyFields,
    meaning:
      'fields for the other server, in which `$host`, `$http_host`, `$uri`, `$request_uri`, `$args`, `$scheme` and `$remote_addr` are known; `""` takes one away',
    example: "{ X-Real-IP: $remote_addr }",
    defaultText: "what the client sent, its Host too",
  }),
  /** How long another server may take, in milliseconds. */
  proxyTimeouts: merged({
    decoder: () => decoders.proxyTimeouts,
    empty: {},
    merge: mergeProxyTimeouts,
    meaning: "how long another server may take to be connected to, and how long it may be silent",
    example: "{ connect: 5s, read: 60s }",
    defaultText: "{ connect: 5s, read: 60s }",
  }),
  /** The certificate of an https upstream has to be one that is believed. */
  proxySslVerify: inLocationWithDefault({
    decoder: () => flag,
    default: "on",
    meaning: "the certificate of an `https` upstream has to be valid; `off` for one that it made itself",
  }),
};

const live = {
  /** Pages load themselves anew when what they are made of changes. */
  liveReload: withDefault({
    decoder: () => flag,
    default: "off",
    meaning:
      "pages show what has been edited without being loaded again by hand: a script at their end is told of it",
  }),
  /** Files and folders besides the roots whose changes pages are told of. */
  liveReloadWatch: withDefault({
    decoder: (folder) => oneOrMany(decoders.path("a file or a folder", folder)),
    default: { text: "none", value: () => NO_FOLDERS, example: "[templates, data]" },
    meaning: "files and folders besides the roots that `live_reload` looks at",
  }),
};

const weather = {
  /** How long every answer waits before it is made, in milliseconds. */
  delay: withDefault({
    decoder: () => decoders.duration,
    default: "0s",
    meaning: "how long each answer is kept back, to see what a slow server is like",
  }),
  /** Bytes of content in a second that each answer is sent with; Infinity is no limit. */
  limitRate: withDefault({
    decoder: () => decoders.size,
    default: { text: "none", value: () => Infinity, example: "50k" },
    meaning:
      "bytes in a second that each answer is sent with, to see what a slow network is like; `0` is no limit",
  }),
  /** What of the answers goes wrong on purpose. */
  fail: optional({
    decoder: () => weathers.failing,
    takesBack: (written) => written === "off",
    meaning:
      "what goes wrong on purpose: `{ status: 503, rate: 10% }` answers every tenth request with that, `{ cut: 2k, rate: 5% }` ends every twentieth answer behind so many bytes; `off` takes it back",
    example: "{ status: 503, rate: 10% }",
  }),
};

/** The keys of a location by their groups. */
export const LOCATION_GROUPS = { files, coding, answer, access, programs, proxy, store, live, weather };

/** All keys that a location may have. */
export const LOCATION_KEYS = {
  ...files,
  ...coding,
  ...answer,
  ...access,
  ...programs,
  ...proxy,
  ...store,
  ...live,
  ...weather,
};

type SharedKeys<T> = {
  [P in keyof T as T[P] extends { readonly locationOnly: true } ? never : P]: T[P];
};

/** The keys that a server may have too, for its locations to inherit. */
export const SHARED_KEYS = Object.fromEntries(
  Object.entries(LOCATION_KEYS).filter(([, key]) => !key.locationOnly),
) as SharedKeys<typeof LOCATION_KEYS>;

/** What a store takes besides POST; PATCH is for uploads that are gone on with. */
const STORE_METHODS = ["PUT", "DELETE", "PATCH", "MKCOL", "COPY", "MOVE"];

/** What WebDAV adds (RFC 4918 section 9). */
const DAV_METHODS = ["PROPFIND", "PROPPATCH", "LOCK", "UNLOCK"];

/** Those of them that a bucket does not take. */
export const METHODS_OF_TREES: readonly string[] = ["PATCH", "MKCOL", "COPY", "MOVE", ...DAV_METHODS];

/** Sources that take what is sent to them. */
const PROGRAMS = ["cgi", "cgiScript", "fastcgi", "fastcgiPass"] as const;

/** The methods of a location that names none. */
function defaultMethods(has: HasSource): readonly string[] {
  if (has("proxyPass")) return FORWARDED_METHODS;
  const stores = has("uploadStore");
  const posts = stores || PROGRAMS.some(has);
  return [
    "GET",
    "HEAD",
    ...(posts ? ["POST"] : []),
    ...(stores ? STORE_METHODS : []),
    ...(stores && has("dav") ? DAV_METHODS : []),
  ];
}

/**
 * What other servers may be asked: the methods of RFC 9110 but for CONNECT and TRACE, PATCH (RFC 5789), QUERY, and those of
 * WebDAV and what is built on it (RFC 3253, 3648, 3744, 4791, 4918, 5323, 5842).
 */
export const FORWARDED_METHODS: readonly string[] = [
  ..."GET HEAD POST PUT DELETE PATCH QUERY".split(" "),
  ..."PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK".split(" "),
  ..."VERSION-CONTROL REPORT CHECKOUT CHECKIN UNCHECKOUT MKWORKSPACE UPDATE LABEL MERGE BASELINE-CONTROL"
    .split(" "),
  ..."MKACTIVITY ORDERPATCH ACL SEARCH MKCALENDAR BIND UNBIND REBIND".split(" "),
];
