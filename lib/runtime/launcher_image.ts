/**
 * A program of some 300 bytes that starts others in a session of their own: what `setsid` does, without the loader, the C
 * library and the search, which are most of what that costs. Made here, byte by byte, so that there is nothing to be
 * built or installed. Pure.
 *
 * Its arguments are a path and the arguments of what is to be started there. It
 *
 * 1. makes itself the leader of a new session (setsid(2)), and so of a new process group;
 * 2. asks to be killed once the thread that has started it is gone (PR_SET_PDEATHSIG), where nobody else would be left to do
 *    that: the server was killed, and there is no shell that looks for its programs (orphan_guard.ts). Where there is one it
 *    does not ask: that shell ends what a program has started as well, but by the program, which must be there still;
 * 3. becomes the program (execve(2)). What is no program and no script with `#!` is given to `/bin/sh`, as execvp(3) does.
 *
 * If it cannot, it writes FAILURE_BEGIN (launcher_failure.ts) and the system's error number to its standard error, and exits
 * as shells do: with 127 where nothing is there, 126 where it is nothing that can be run. Without arguments it exits with
 * IDLE_STATUS.
 *
 * @module
 */

/** Architectures that there is code for, as the runtime calls them. */
export type LauncherArch = "x86_64" | "aarch64";

/** How it ends where it has nothing to do: EX_USAGE. */
export const IDLE_STATUS = 64;

/** An instruction as its bytes and as an assembler (of GNU) takes it. */
type Code = readonly (readonly [bytes: string, words: string])[];

/** FAILURE_BEGIN as two numbers of 64 bits, of which the last byte is free. */
const WORDS = ["00 77 65 62 73 65 72 76", "20 6c 61 75 6e 63 68 00"] as const;
const SHELL = "2f 62 69 6e 2f 73 68 00";

/** For which machine, and whether what it starts ends with the thread that has started it. */
export interface LauncherKind {
  readonly arch: LauncherArch;
  readonly diesWithParent: boolean;
}

/** The signal that is asked for: 0 is none. */
const SIGNALS: Readonly<Record<LauncherArch, Readonly<Record<"SIGKILL" | "none", Code[number]>>>> = {
  x86_64: { SIGKILL: ["6a 09", "push 9 # SIGKILL"], none: ["6a 00", "push 0"] },
  aarch64: { SIGKILL: ["21 01 80 d2", "mov x1, #9 // SIGKILL"], none: ["01 00 80 d2", "mov x1, #0"] },
};

/** At the start the stack has the number of arguments, pointers to them, 0, and pointers to the environment. */
const CODE: Readonly<Record<LauncherArch, readonly (Code[number] | "signal")[]>> = {
  x86_64: [
    ["8b 1c 24", "mov ebx, [rsp]"],
    ["83 fb 02", "cmp ebx, 2"],
    ["0f 82 85 00 00 00", "jb usage"],
    ["6a 70", "push 112 # setsid"],
    ["58", "pop rax"],
    ["0f 05", "syscall"],
    ["68 9d 00 00 00", "push 157 # prctl"],
    ["58", "pop rax"],
    ["6a 01", "push 1 # PR_SET_PDEATHSIG"],
    ["5f", "pop rdi"],
    "signal",
    ["5e", "pop rsi"],
    ["0f 05", "syscall"],
    ["6a 3b", "push 59 # execve"],
    ["58", "pop rax"],
    ["48 8b 7c 24 10", "mov rdi, [rsp+16]"],
    ["48 8d 74 24 10", "lea rsi, [rsp+16]"],
    ["48 8d 54 dc 10", "lea rdx, [rsp+rbx*8+16]"],
    ["0f 05", "syscall"],
    ["83 f8 f8", "cmp eax, -8 # ENOEXEC"],
    ["75 16", "jne failed"],
    ["48 8d 3d 57 00 00 00", "lea rdi, [rip+shell]"],
    ["48 89 7c 24 08", "mov [rsp+8], rdi"],
    ["48 8d 74 24 08", "lea rsi, [rsp+8]"],
    ["6a 3b", "push 59 # execve"],
    ["58", "pop rax"],
    ["0f 05", "syscall"],
    ["f7 d8", "failed: neg eax"],
    ["89 c3", "mov ebx, eax"],
    ["48 c1 e0 38", "shl rax, 56"],
    [`48 b9 ${WORDS[1]}`, "movabs rcx, 0x0068636e75616c20"],
    ["48 09 c8", "or rax, rcx"],
    ["50", "push rax"],
    [`48 b8 ${WORDS[0]}`, "movabs rax, 0x7672657362657700"],
    ["50", "push rax"],
    ["6a 01", "push 1 # write"],
    ["58", "pop rax"],
    ["6a 02", "push 2"],
    ["5f", "pop rdi"],
    ["48 89 e6", "mov rsi, rsp"],
    ["6a 10", "push 16"],
    ["5a", "pop rdx"],
    ["0f 05", "syscall"],
    ["6a 7e", "push 126"],
    ["5f", "pop rdi"],
    ["80 fb 02", "cmp bl, 2 # ENOENT"],
    ["74 05", "je missing"],
    ["80 fb 14", "cmp bl, 20 # ENOTDIR"],
    ["75 02", "jne exit"],
    ["ff c7", "missing: inc edi"],
    ["6a 3c", "exit: push 60 # exit"],
    ["58", "pop rax"],
    ["0f 05", "syscall"],
    ["6a 40", "usage: push 64"],
    ["5f", "pop rdi"],
    ["eb f6", "jmp exit"],
    [SHELL, `shell: .asciz "/bin/sh"`],
  ],
  aarch64: [
    ["f3 03 40 f9", "ldr x19, [sp]"],
    ["7f 0a 00 f1", "cmp x19, #2"],
    ["83 04 00 54", "b.lo usage"],
    ["a8 13 80 d2", "mov x8, #157 // setsid"],
    ["01 00 00 d4", "svc #0"],
    ["20 00 80 d2", "mov x0, #1 // PR_SET_PDEATHSIG"],
    "signal",
    ["e8 14 80 d2", "mov x8, #167 // prctl"],
    ["01 00 00 d4", "svc #0"],
    ["e0 0b 40 f9", "ldr x0, [sp, #16]"],
    ["e1 43 00 91", "add x1, sp, #16"],
    ["22 0c 13 8b", "add x2, x1, x19, lsl #3"],
    ["a8 1b 80 d2", "mov x8, #221 // execve"],
    ["01 00 00 d4", "svc #0"],
    ["1f 20 00 b1", "cmn x0, #8 // ENOEXEC"],
    ["a1 00 00 54", "b.ne failed"],
    ["00 03 00 10", "adr x0, shell"],
    ["e0 07 00 f9", "str x0, [sp, #8]"],
    ["e1 23 00 91", "add x1, sp, #8"],
    ["01 00 00 d4", "svc #0"],
    ["f3 03 00 cb", "failed: neg x19, x0"],
    ["a0 02 00 58", "ldr x0, words"],
    ["c1 02 00 58", "ldr x1, words+8"],
    ["21 e0 13 aa", "orr x1, x1, x19, lsl #56"],
    ["e0 07 bf a9", "stp x0, x1, [sp, #-16]!"],
    ["40 00 80 d2", "mov x0, #2"],
    ["e1 03 00 91", "mov x1, sp"],
    ["02 02 80 d2", "mov x2, #16"],
    ["08 08 80 d2", "mov x8, #64 // write"],
    ["01 00 00 d4", "svc #0"],
    ["c0 0f 80 d2", "mov x0, #126"],
    ["7f 0a 00 f1", "cmp x19, #2 // ENOENT"],
    ["60 00 00 54", "b.eq missing"],
    ["7f 52 00 f1", "cmp x19, #20 // ENOTDIR"],
    ["41 00 00 54", "b.ne exit"],
    ["e0 0f 80 d2", "missing: mov x0, #127"],
    ["a8 0b 80 d2", "exit: mov x8, #93 // exit"],
    ["01 00 00 d4", "svc #0"],
    ["00 08 80 d2", "usage: mov x0, #64"],
    ["fd ff ff 17", "b exit"],
    [SHELL, `shell: .asciz "/bin/sh"`],
    [WORDS.join(" "), "words: .quad 0x7672657362657700, 0x0068636e75616c20"],
  ],
};

/** Of EM_* (elf.h). */
const MACHINES: Readonly<Record<LauncherArch, number>> = { x86_64: 62, aarch64: 183 };

const FILE_HEADER = 64, PROGRAM_HEADER = 56;

/** Where it is in memory: any page above those that the system keeps free. */
const ADDRESS = 0x40_0000;

/** What the code is made from, for whoever wants to compare the two. */
export function launcherAssembly(kind: LauncherKind): string {
  const lines = codeOf(kind).map(([, words]) => words);
  return `${[...(kind.arch === "x86_64" ? [".intel_syntax noprefix"] : []), ...lines].join("\n")}\n`;
}

/** The code alone. */
export function launcherCode(kind: LauncherKind): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(codeOf(kind).map(([bytes]) => bytes).join("").replaceAll(" ", ""));
}

function codeOf({ arch, diesWithParent }: LauncherKind): Code {
  const signal = SIGNALS[arch][diesWithParent ? "SIGKILL" : "none"];
  return CODE[arch].map((line) => line === "signal" ? signal : line);
}

/** The whole file: an ELF header, one segment that may be read and executed, a stack that may not, and the code (elf(5)). */
export function launcherImage(kind: LauncherKind): Uint8Array<ArrayBuffer> {
  const code = launcherCode(kind), begin = FILE_HEADER + 2 * PROGRAM_HEADER;
  const image = new Uint8Array(begin + code.length), view = new DataView(image.buffer);
  const u16 = (at: number, value: number) => view.setUint16(at, value, true);
  const u32 = (at: number, value: number) => view.setUint32(at, value, true);
  const u64 = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  // The magic number, 64 bits, least byte first, version 1, no system's own rules.
  image.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
  // A program that stays where it is.
  u16(16, 2);
  u16(18, MACHINES[kind.arch]);
  u32(20, 1);
  u64(24, ADDRESS + begin);
  u64(32, FILE_HEADER);
  u16(52, FILE_HEADER);
  u16(54, PROGRAM_HEADER);
  u16(56, 2);
  // PT_LOAD, PF_R | PF_X.
  u32(FILE_HEADER, 1);
  u32(FILE_HEADER + 4, 5);
  u64(FILE_HEADER + 16, ADDRESS);
  u64(FILE_HEADER + 24, ADDRESS);
  u64(FILE_HEADER + 32, image.length);
  u64(FILE_HEADER + 40, image.length);
  // Pages of arm64 may have 64 KiB.
  u64(FILE_HEADER + 48, 0x1_0000);
  // PT_GNU_STACK, PF_R | PF_W.
  u32(FILE_HEADER + PROGRAM_HEADER, 0x6474_e551);
  u32(FILE_HEADER + PROGRAM_HEADER + 4, 6);
  image.set(code, begin);
  return image;
}
