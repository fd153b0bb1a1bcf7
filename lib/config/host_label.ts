/**
 * Folders that depend on the name that a request is for: `sites/$host_label`, in which the variable stands for the first
 * label of the host. What is configured is cut where that begins: everybody who looks at a configuration's folders (its
 * permissions, its checks, whoever watches them) sees the folder above, which has all of them in it, and the site alone
 * goes on from there (lib/site/sites.ts).
 *
 * @module
 */
import type { Config, LocationConfig, ServerConfig } from "./types.ts";
import { withoutSlash } from "./places.ts";

const VARIABLE = /\$\{host_label\}|\$host_label(?!\w)/;

/** True for a path with the variable in it. */
export function hasHostLabel(path: string | undefined): boolean {
  return path !== undefined && VARIABLE.test(path);
}

/** A location whose folders are those above, with what stands behind them kept beside; the same where no label stands. */
export function splitLabels<L extends LocationConfig>(location: L): L {
  const { files, store } = location;
  const root = split(files.root), alias = split(files.alias), uploadStore = split(store.uploadStore);
  if (root === undefined && alias === undefined && uploadStore === undefined) return location;
  return {
    ...location,
    files: { ...files, ...(root && { root: root.above }), ...(alias && { alias: alias.above }) },
    store: { ...store, ...(uploadStore && { uploadStore: uploadStore.above }) },
    labelled: {
      ...(root && { root: root.behind }),
      ...(alias && { alias: alias.behind }),
      ...(uploadStore && { uploadStore: uploadStore.behind }),
    },
  };
}

/** Undefined where the variable does not stand in the path. */
function split(path: string | undefined): { above: string; behind: string } | undefined {
  const at = path?.search(VARIABLE) ?? -1;
  if (path === undefined || at < 0) return undefined;
  const slash = path.lastIndexOf("/", at);
  return { above: path.slice(0, slash) || "/", behind: path.slice(slash) };
}

/** A text with a label in place of the variable. @param label of letters, digits, `-` and `_` */
export function putLabel(text: string, label: string): string {
  return text.replaceAll(new RegExp(VARIABLE, "g"), label);
}

/** True where a folder of a server depends on the host. */
export function isLabelled({ fallback, locations }: ServerConfig): boolean {
  return [fallback, ...locations].some(({ labelled }) => labelled !== undefined);
}

/** A server as it is for one label. */
export function serverFor(server: ServerConfig, label: string): ServerConfig {
  return {
    ...server,
    fallback: locationFor(server.fallback, label),
    locations: server.locations.map((location) => locationFor(location, label)),
  };
}

/** A configuration whose servers are all as they are for one label. */
export function configFor(config: Config, label: string): Config {
  return { ...config, servers: config.servers.map((server) => serverFor(server, label)) };
}

function locationFor({ labelled, ...location }: LocationConfig, label: string): LocationConfig {
  if (labelled === undefined) return location;
  const { files, store } = location;
  const put = (above: string, behind: string) => withoutSlash(above) + putLabel(behind, label);
  const { root, alias, uploadStore } = labelled;
  return {
    ...location,
    files: {
      ...files,
      ...(root !== undefined && { root: put(files.root!, root) }),
      ...(alias !== undefined && { alias: put(files.alias!, alias) }),
    },
    store: {
      ...store,
      ...(uploadStore !== undefined && { uploadStore: put(store.uploadStore!, uploadStore) }),
    },
  };
}

/** A folder as the file has it. */
export function writtenPath(above: string | undefined, behind: string | undefined): string | undefined {
  return above === undefined || behind === undefined ? above : withoutSlash(above) + behind;
}

/** The folder that has a server's sites in it, and what a site's folder is called in it; undefined where none is one. */
export function labelledFolder(
  { fallback, locations }: ServerConfig,
): { readonly above: string; readonly first: string; readonly key: string } | undefined {
  for (const { labelled, files, store } of [fallback, ...locations]) {
    const folders = [
      ["root", files.root, labelled?.root],
      ["alias", files.alias, labelled?.alias],
      ["upload_store", store.uploadStore, labelled?.uploadStore],
    ] as const;
    for (const [key, above, behind] of folders) {
      if (above !== undefined && behind !== undefined) return { above, first: behind.split("/")[1]!, key };
    }
  }
  return undefined;
}

/** A label that can be a host's (RFC 1123 section 2.1; underscores are in use), in lower case. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** True for what can be a label of a host. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/**
 * The label with which a folder is asked for; undefined where there is none.
 *
 * @param first what such a folder is called, with the variable in it
 */
export function labelIn(name: string, first: string): string | undefined {
  const [before, behind] = putLabel(first, "\0").split("\0");
  const label = name.slice(before!.length, name.length - behind!.length);
  return isLabel(label) && putLabel(first, label) === name ? label : undefined;
}
