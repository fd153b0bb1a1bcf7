/**
 * Reads Linux's /proc: which processes belong to a server, and what they have used. The parsing is pure.
 *
 * @module
 */

/** USER_HZ: ticks a second in /proc/PID/stat, the same on every Linux that Deno runs on. */
const TICKS_PER_SECOND = 100;

/** What /proc/PID/stat says of one process. */
export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** CPU time in seconds, of the process and of the children that it has waited for. */
  readonly own: number;
  readonly reaped: number;
}

/** Parses /proc/PID/stat; the name in it may have spaces and parentheses. */
export function parseStat(text: string): ProcessStat {
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).trim().split(" ");
  const pid = Number.parseInt(text);
  // The first field here is the third in proc(5).
  const number = (index: number) => Number(fields[index - 3]);
  const stat = {
    pid,
    parent: number(4),
    own: (number(14) + number(15)) / TICKS_PER_SECOND,
    reaped: (number(16) + number(17)) / TICKS_PER_SECOND,
  };
  if (nameEnd < 0 || Object.values(stat).some(Number.isNaN)) {
    throw new Error(`Not a process status: "${text}"`);
  }
  return stat;
}

/** A process and all its descendants. */
export function treeOf(root: number, all: readonly ProcessStat[]): ProcessStat[] {
  const tree = all.filter(({ pid }) => pid === root);
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** The Pss of /proc/PID/smaps_rollup, in bytes: resident memory, what is shared divided among its users. */
export function parsePss(text: string): number | undefined {
  return parseKilobytes(text, "Pss");
}

/** The VmRSS of /proc/PID/status, in bytes. */
export function parseRss(text: string): number | undefined {
  return parseKilobytes(text, "VmRSS");
}

function parseKilobytes(text: string, name: string): number | undefined {
  const value = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value) * 1024;
}

/** The processes of a running tree. */
export function readTree(root: number): ProcessStat[] {
  const all: ProcessStat[] = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    const text = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : undefined;
    if (text !== undefined) all.push(parseStat(text));
  }
  return treeOf(root, all);
}

/** CPU seconds that a tree has used, those of ended children included. */
export function readCpu(root: number): number {
  return readTree(root).reduce((sum, { own, reaped }) => sum + own + reaped, 0);
}

/** Seconds that a core was idle, from the text of /proc/stat; waiting for a disk is idle. */
export function parseIdle(text: string, core: number): number {
  const line = new RegExp(`^cpu${core} (.+)$`, "m").exec(text)?.[1];
  const [, , , idle, waiting] = (line ?? "").split(" ").map(Number);
  if (idle === undefined || waiting === undefined) throw new Error(`No core ${core} in /proc/stat`);
  return (idle + waiting) / TICKS_PER_SECOND;
}

/** Seconds that a core was idle since the system started. */
export function readIdle(core: number): number {
  return parseIdle(Deno.readTextFileSync("/proc/stat"), core);
}

/** CPU seconds of all children that this process has waited for. */
export function readReapedCpu(): number {
  return parseStat(Deno.readTextFileSync("/proc/self/stat")).reaped;
}

/** The resident memory of a tree in bytes. */
export function readMemory(root: number): number {
  return readTree(root).reduce((sum, { pid }) => sum + memoryOf(pid), 0);
}

/** Both kinds of resident memory of a tree, in bytes: each process on its own, and what is shared divided. */
export function memoryOfTree(root: number): { rss: number; pss: number } {
  const pids = readTree(root).map(({ pid }) => pid);
  const rss = pids.reduce((sum, pid) => sum + (parseRss(read(`/proc/${pid}/status`) ?? "") ?? 0), 0);
  return { rss, pss: readMemory(root) };
}

function memoryOf(pid: number): number {
  return parsePss(read(`/proc/${pid}/smaps_rollup`) ?? "") ?? parseRss(read(`/proc/${pid}/status`) ?? "") ??
    0;
}

/** Undefined for a process that has ended, or that is another user's. */
function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
