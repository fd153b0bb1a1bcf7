/**
 * The completion script for zsh: a function of the completion system, autoloaded from a file or evaluated.
 *
 * @module
 */
import { type Command, COMMANDS, type Completion, type Option, OPTIONS, programCommands } from "./options.ts";

/** The script, whole. */
export function zshScript(): string {
  const withValue = OPTIONS.filter(({ value }) => value !== undefined).flatMap(spellings);
  return `#compdef webserv
# Completions of webserv for zsh. In ~/.zshrc, after compinit:  eval "$(webserv completions zsh)"
# or, once:  webserv completions zsh > FOLDER/_webserv  where FOLDER is one of $fpath

_webserv_commands() {
  local -a commands=(
${COMMANDS.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}\n`).join("")}  )
  _describe -t commands command commands
}

_webserv_first() {
  _alternative 'commands:command:_webserv_commands' 'files:folder or file:_files'
}

_webserv() {
  local word command='' skip=''
  integer beside=\${words[(i)--]}
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $word in
      (${withValue.join("|")}) skip=1 ;;
      (--) command=--; break ;;
      (-*) ;;
      (${COMMANDS.map(({ name }) => name).join("|")}) command=$word; break ;;
      (*) break ;;
    esac
  done
  # Another program with its words.
  if (( beside < CURRENT )) && [[ $command == (|--|${programCommands().join("|")}) ]]; then
    words=("\${(@)words[beside+1,-1]}")
    (( CURRENT -= beside ))
    _normal
    return
  fi
  case $command in
    ('')
      _arguments -s -S : ${wrap([...specsOf("serve"), "1: :_webserv_first"])}
      ;;
${COMMANDS.map(commandCase).join("")}  esac
}

if [[ \${funcstack[1]} == _webserv ]]; then _webserv "$@"; else compdef _webserv webserv; fi
`;
}

function commandCase({ name, operand, completion }: Command): string {
  const second = completion === undefined ? [] : [`2:${plain(operand ?? "")}:${action(completion)}`];
  return `    (${name})
      _arguments -s -S : ${wrap([...specsOf(name), "1: :_webserv_commands", ...second])}
      ;;
`;
}

function specsOf(command: string): string[] {
  return OPTIONS.filter(({ commands }) => commands.some((name) => name === command)).flatMap(specs);
}

/** One for each spelling; whichever is there keeps the others away. */
function specs(option: Option): string[] {
  const { name, short, help, value, completion } = option;
  const others = option.repeatable ? "*" : short === undefined ? "" : `(${spellings(option).join(" ")})`;
  const text = `[${help.replace(/[\][\\:]/g, "\\$&")}]`;
  const argument = value === undefined
    ? ""
    : `:${value}:${completion === undefined ? "" : action(completion)}`;
  const long = `${others}--${name}${value === undefined ? "" : "="}${text}${argument}`;
  const brief = `${others}-${short}${value === undefined ? "" : "+"}${text}${argument}`;
  return short === undefined ? [long] : [brief, long];
}

function spellings({ name, short }: Option): string[] {
  return short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`];
}

function action(completion: Completion): string {
  if (completion === "file") return "_files";
  if (completion === "folder") return "_files -/";
  return `(${completion.join(" ")})`;
}

function plain(operand: string): string {
  return operand.replace(/[\][]/g, "");
}

function wrap(words: readonly string[]): string {
  return words.map((word) => `\\\n        ${quote(word)}`).join(" ");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
