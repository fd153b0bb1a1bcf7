/**
 * The completion script for fish (3.0 and later).
 *
 * @module
 */
import { type Command, COMMANDS, type Completion, type Option, OPTIONS, programCommands } from "./options.ts";

/** The script, whole. */
export function fishScript(): string {
  const withValue = OPTIONS.filter(({ value }) => value !== undefined).flatMap(({ name, short }) =>
    short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`]
  );
  return `# Completions of webserv for fish. Once:  webserv completions fish > ~/.config/fish/completions/webserv.fish

# Prints the command that is written (none: serve), and every operand behind it. True if no command can follow.
function __webserv_words
    set -l words (commandline -opc)
    set -l command serve
    set -l operands
    set -l chosen
    set -l skip
    set -l literal
    for word in $words[2..-1]
        if test -n "$skip"
            set skip
            continue
        end
        if test -z "$literal"
            switch $word
                case --
                    set literal 1
                    continue
                case ${withValue.join(" ")}
                    set skip 1
                    continue
                case '-*'
                    continue
                case ${COMMANDS.map(({ name }) => name).join(" ")}
                    if test -z "$chosen"; and test (count $operands) -eq 0
                        set chosen 1
                        set command $word
                        continue
                    end
            end
        end
        set -a operands $word
    end
    printf '%s\\n' $command $operands
    test -n "$chosen$literal"
end

# True if another program with its words stands behind --.
function __webserv_beside
    set -l words (__webserv_words)
    contains -- $words[1] ${programCommands().join(" ")}; and contains -- -- (commandline -opc)
end

# What may stand there.
function __webserv_program
    set -l words (commandline -opc)
    set -e words[1..(contains -i -- -- $words)]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

# True if the command is one of these.
function __webserv_is
    __webserv_beside; and return 1
    set -l words (__webserv_words)
    contains -- $words[1] $argv
end

# True if a command may stand here.
function __webserv_first
    __webserv_beside; and return 1
    set -l words (__webserv_words)
    set -l chosen $status
    test $chosen -ne 0; and test (count $words) -eq 1
end

# True if this is the command, and its operand is missing.
function __webserv_wants
    __webserv_beside; and return 1
    set -l words (__webserv_words)
    test "$words[1]" = $argv[1]; and test (count $words) -eq 1
end

complete -c webserv -f
complete -c webserv -n __webserv_beside -a '(__webserv_program)'
${COMMANDS.map(commandLine).join("")}${COMMANDS.map(operandLine).join("")}${
    OPTIONS.map(optionLine).join("")
  }`;
}

function commandLine({ name, summary }: Command): string {
  return `complete -c webserv -n __webserv_first -a ${name} -d ${quote(summary)}\n`;
}

function operandLine({ name, completion }: Command): string {
  if (completion === undefined) return "";
  return `complete -c webserv -n '__webserv_wants ${name}' -a ${quote(offer(completion))}\n`;
}

function optionLine({ name, short, value, help, completion, commands }: Option): string {
  const spelling = short === undefined ? `-l ${name}` : `-s ${short} -l ${name}`;
  const kind = value === undefined ? "" : completion === "file" ? " -r -F" : " -x";
  const words = completion === undefined || completion === "file" ? "" : ` -a ${quote(offer(completion))}`;
  return `complete -c webserv -n '__webserv_is ${commands.join(" ")}' ${spelling}${kind}${words} -d ${
    quote(help)
  }\n`;
}

function offer(completion: Completion): string {
  if (completion === "folder") return "(__fish_complete_directories)";
  return completion === "file" ? "(__fish_complete_path)" : completion.join(" ");
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
