/**
 * The systems that packages are made for: what Deno, npm and Debian call them.
 *
 * @module
 */
import { fileName, type Target } from "../compile/plan.ts";

/** One system. */
export interface Platform {
  readonly target: Target;
  /** The executable's name in dist/. */
  readonly executable: string;
  /** What npm knows the system by; `libc` where it matters. */
  readonly npm: { readonly os: string; readonly cpu: string; readonly libc?: string };
  /** Debian's architecture, where there is a package. */
  readonly debian?: string;
}

const TABLE: readonly Omit<Platform, "executable">[] = [
  {
    target: "x86_64-unknown-linux-gnu",
    npm: { os: "linux", cpu: "x64", libc: "glibc" },
    debian: "amd64",
  },
  {
    target: "aarch64-unknown-linux-gnu",
    npm: { os: "linux", cpu: "arm64", libc: "glibc" },
    debian: "arm64",
  },
  { target: "x86_64-apple-darwin", npm: { os: "darwin", cpu: "x64" } },
  { target: "aarch64-apple-darwin", npm: { os: "darwin", cpu: "arm64" } },
  { target: "x86_64-pc-windows-msvc", npm: { os: "win32", cpu: "x64" } },
];

export const PLATFORMS: readonly Platform[] = TABLE.map((row) => ({
  ...row,
  executable: fileName(row.target),
}));

/** For example `webserv-linux-x64`. */
export function npmName({ npm: { os, cpu } }: Platform): string {
  return `webserv-${os}-${cpu}`;
}
