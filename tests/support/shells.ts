/**
 * Asks real shells what they would offer, with a completion script loaded.
 *
 * @module
 */
import { join } from "@std/path";

export type Shell = "bash" | "zsh" | "fish";

/** What each shell is told, with the script's file as its first argument and the words of the line behind it. */
const DRIVERS: Readonly<Record<Shell, string>> = {
  bash: `
source "$1" || exit 1; shift
# An equals sign is a word of its own, as readline has it.
COMP_WORDS=()
for word; do
  if [[ $word == --*=* ]]; then COMP_WORDS+=("\${word%%=*}" "="); word=\${word#*=}; [[ -z $word ]] && continue; fi
  COMP_WORDS+=("$word")
done
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_webserv
printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: `
set script $argv[1]
source $script; or exit 1
complete -C (string join ' ' -- $argv[2..-1]) | string replace -r '\\t.*' ''
exit 0`,
  // The completion system runs only behind a line editor, so behind a terminal; what it would show is caught where
  // it is added.
  zsh: `
zmodload zsh/zpty || exit 1
print -r -- '
PROMPT=
autoload -U compinit && compinit -u -D
bindkey "^I" complete-word
zstyle ":completion:*" insert-tab false
mark() { print -r -- "=mark=" }
compprefuncs=(mark)
comppostfuncs=(mark exit)
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a hits prefix suffix
  builtin compadd -A hits "$@"
  (( $#hits )) || return 1
  zparseopts -E P:=prefix S:=suffix
  print -rl -- $IPREFIX\${prefix[2]}\${(Q)^hits}
  builtin compadd "$@"
}
source '\${(q)1}'
print ready' > $1.start
shift
words=("$@")
zpty z zsh -f -i
zpty -w z "source \${(q)script}.start"
while zpty -r z line; do [[ $line == ready* ]] && break; done
zpty -w -n z "\${(j. .)words}"$'\\t'
integer marks=0
while zpty -r z line; do
  line=\${line%%$'\\r\\n'}
  if [[ $line == *=mark=* ]]; then (( ++marks == 2 )) && break; continue; fi
  (( marks )) && print -r -- $line
done
exit 0`,
};

const PROGRAMS: Readonly<Record<Shell, readonly string[]>> = {
  bash: ["bash", "--norc", "-c"],
  zsh: ["zsh", "-f", "-c"],
  fish: ["fish", "--no-config", "-c"],
};

/** How a shell looks for faults in a script without running it. */
const CHECKS: Readonly<Record<Shell, readonly string[]>> = {
  bash: ["-n"],
  zsh: ["-n"],
  fish: ["--no-execute"],
};

/** True if the shell is installed. */
export function hasShell(shell: Shell): boolean {
  try {
    return new Deno.Command(shell, { args: ["-c", "exit 0"], stdin: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** What the shell finds wrong with the script; nothing if it is right. */
export async function syntaxFaults(shell: Shell, script: string): Promise<string> {
  return await withScript(script, async (file) => {
    const { code, stderr } = await new Deno.Command(shell, { args: [...CHECKS[shell], file] }).output();
    return code === 0
      ? new TextDecoder().decode(stderr)
      : `status ${code}: ${new TextDecoder().decode(stderr)}`;
  });
}

/**
 * What the shell offers for the last of the words in a folder, sorted: folders without their slash, values without the
 * option before them.
 *
 * @throws if it says that anything is wrong
 */
export async function offers(
  shell: Shell,
  script: string,
  words: readonly string[],
  cwd: string,
): Promise<string[]> {
  return await withScript(script, async (file) => {
    const [program, ...args] = PROGRAMS[shell];
    const { code, stdout, stderr } = await new Deno.Command(program!, {
      args: [...args, DRIVERS[shell], ...(shell === "fish" ? [] : [shell]), file, ...words],
      cwd,
      env: { TERM: "dumb", HOME: cwd, script: file },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    if (code !== 0 || stderr.length > 0) {
      throw new Error(`${shell} ended with ${code}: ${text.decode(stderr)}`);
    }
    const lines = text.decode(stdout).split(/\r?\n/).map((line) =>
      line.replace(/^--\w+=/, "").replace(/\/$/, "")
    );
    return [...new Set(lines.filter((line) => line !== ""))].sort();
  });
}

async function withScript<T>(script: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "webserv-shell-" });
  try {
    const file = join(folder, "_webserv");
    await Deno.writeTextFile(file, script);
    return await use(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
