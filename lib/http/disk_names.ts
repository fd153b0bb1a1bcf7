/**
 * Which names mean the same to the disks of a system, and which mean something else there than they say. To Linux each
 * name is its own. Disks of macOS (APFS, HFS+) and of Windows (NTFS) take names for one that differ in case alone; those
 * of macOS also what differs in its Unicode form, and HFS+ leaves invisible characters out of account. Windows drops dots
 * and blanks at a name's end, takes a colon for the start of a stream of the file (`x.php::$DATA` is x.php), gives files
 * a second, short name (`PROGRA~1`), and knows devices in every folder (`CON`, `nul.txt`).
 *
 * After "Naming Files, Paths, and Namespaces" of the Windows documentation and Apple's "File System Guide". A path is
 * not found where the disk itself gives its name in another spelling than it was asked for in (lib/disk/place.ts), as far as
 * these rules take the two for one: what they do not is taken for a link.
 *
 * @module
 */
import type { DiskNames, System } from "../ports.ts";
import { isContained } from "./containment.ts";

/** Those of a system; undefined where each name is its own. */
export function diskNamesOf(system: System): DiskNames | undefined {
  return system === "windows" ? WINDOWS : system === "darwin" ? MACOS : undefined;
}

const IGNORED = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * SECURITY: in upper case in between, which brings together what lower case leaves apart (`ſ` is an `s` to such disks), and
 * in lower case before, since `ẞ` has itself as its upper case and `ß` has `SS`.
 */
function withoutCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase();
}

const MACOS: DiskNames = {
  system: "darwin",
  meansAnother: () => false,
  form: (path) => path.normalize("NFC"),
  fold: (path) => withoutCase(path.normalize("NFD").replace(IGNORED, "")).normalize("NFC"),
};

const WINDOWS: DiskNames = {
  system: "windows",
  meansAnother: (path) => path.split("/").some((segment) => segment !== "" && isAnotherOnWindows(segment)),
  form: (path) => path,
  fold: withoutCase,
};

// Stars, question marks, angle brackets and quotes are wild cards there.
const FORBIDDEN = /[\p{Cc}<>:"|?*\\]/u;

/** 8.3: six characters at most, a tilde and a number, within eight characters; an extension of three at most. */
const SHORT_NAME = /^(?=[^.]{1,8}(?:\.|$))[^.]*~[0-9]+(?:\.[^.]{0,3})?$/;

/** Windows looks at what is before the first dot, without the blanks there. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;

/** True for a name that Windows takes for a device, whatever folder it is in. */
export function isWindowsDevice(name: string): boolean {
  return DEVICE.test(name);
}

function isAnotherOnWindows(segment: string): boolean {
  return FORBIDDEN.test(segment) || /[. ]$/.test(segment) || DEVICE.test(segment) || SHORT_NAME.test(segment);
}

/**
 * True if a path was asked for in another spelling than the disk has it in: the same names without case, and not the same
 * with it. Compared from the end, as far as no link has led elsewhere.
 *
 * @param asked below the root, with slashes
 * @param real below the root that it lies in, every link resolved, with slashes or backslashes
 */
export function isMisspelt({ form, fold }: DiskNames, asked: string, real: string): boolean {
  const wanted = form(asked).split("/"), found = form(real).split(/[/\\]/);
  for (;;) {
    const one = wanted.pop(), other = found.pop();
    if (one === undefined || other === undefined) return false;
    if (one !== other) return fold(one) === fold(other);
  }
}

/**
 * How paths are written that a system has resolved. SECURITY: everything joins them with slashes, which Windows takes as
 * well, and compares them as texts.
 */
export function resolvedFormOf(system: System): (path: string) => string {
  return system === "windows" ? (path) => path.replaceAll("\\", "/") : (path) => path;
}

/**
 * Whether a path may lie within a place that something is refused in. Both are resolved. SECURITY: some disks, those of other
 * machines among them, may not tell how their names are spelt: what is refused is refused in every spelling.
 */
export function mayBeWithin(names: DiskNames | undefined, path: string, place: string): boolean {
  return names === undefined ? isContained(path, place) : isContained(names.fold(path), names.fold(place));
}

/**
 * What stands for a resolved path where it is locked. Any file system may take names for the same that differ in case; one
 * lock for both is never wrong.
 */
export function lockKey(names: DiskNames | undefined, path: string): string {
  return names?.fold(path) ?? path.toLowerCase();
}

/** Whether a resolved path may be one of those that something is refused to. */
export function mayBeOneOf(names: DiskNames | undefined, path: string, places: ReadonlySet<string>): boolean {
  if (names === undefined || places.size === 0) return places.has(path);
  const folded = names.fold(path);
  return [...places].some((place) => names.fold(place) === folded);
}
