/**
 * The completion script for bash. Also for bash 3.2, which macOS has: without `mapfile`, `compopt` only where it is.
 *
 * @module
 */
import { COMMANDS, type Completion, type Option, OPTIONS, programCommands } from "./options.ts";

/** The script, whole. */
export function bashScript(): string {
  return `# Completions of webserv for bash. In ~/.bashrc:  eval "$(webserv completions bash)"

_webserv_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$@" -- "$cur")
}

_webserv_paths() {
  compopt -o filenames 2> /dev/null
  _webserv_words "$@"
}

# The words of another program, whose first one is the word of this number.
_webserv_program() {
  if declare -F _command_offset > /dev/null; then _command_offset "$1"
  elif ((COMP_CWORD == $1)); then _webserv_paths -c
  else _webserv_paths -f
  fi
}

_webserv() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' operands=0 literal='' i=1
  COMPREPLY=()
  # An equals sign is a word of its own.
  if [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $cur == '=' ]]; then cur=''
  fi
  for ((; i < COMP_CWORD; i++)); do
    if [[ -z $literal ]]; then
      case \${COMP_WORDS[i]} in
        --)
          case \${command:-serve} in
            ${programCommands().join(" | ")}) _webserv_program $((i + 1)) && return ;;
          esac
          literal=1 && continue
          ;;
        ${valueOptions().join(" | ")})
          ((i++))
          if [[ \${COMP_WORDS[i]} == '=' ]]; then ((i++)); fi
          continue
          ;;
        -*) continue ;;
        ${COMMANDS.map(({ name }) => name).join(" | ")})
          if [[ -z $command ]] && ((operands == 0)); then command=\${COMP_WORDS[i]} && continue; fi
          ;;
      esac
    fi
    ((operands++))
  done

  if [[ -z $literal ]]; then
    case $previous in
${OPTIONS.filter(({ value }) => value !== undefined).map(valueCase).join("")}    esac
    if [[ $cur == -* ]]; then
      case \${command:-serve} in
${
    COMMANDS.map(({ name }) => `        ${name}) _webserv_words -W '${optionsOf(name).join(" ")}' ;;\n`).join(
      "",
    )
  }      esac
      return
    fi
    if [[ -z $command ]] && ((operands == 0)); then
      _webserv_words -W '${COMMANDS.map(({ name }) => name).join(" ")}'
    fi
  fi
  if ((operands > 0)); then return; fi
  case \${command:-serve} in
${COMMANDS.filter(({ completion }) => completion).map(operandCase).join("")}  esac
}

complete -F _webserv webserv
`;
}

/** The options of a command, long ones first. */
function optionsOf(command: string): string[] {
  return OPTIONS.filter(({ commands }) => commands.some((name) => name === command)).flatMap(spellings);
}

function spellings({ name, short }: Option): string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

/** The options behind which a value stands as a word of its own. */
function valueOptions(): string[] {
  return OPTIONS.filter(({ value }) => value !== undefined).flatMap(spellings);
}

function valueCase(option: Option): string {
  const action = option.completion ? `${offer(option.completion)}; return` : "return";
  return `      ${spellings(option).join(" | ")}) ${action} ;;\n`;
}

function operandCase({ name, completion }: { name: string; completion?: Completion }): string {
  return `    ${name}) ${offer(completion!)} ;;\n`;
}

function offer(completion: Completion): string {
  if (completion === "file") return "_webserv_paths -f";
  if (completion === "folder") return "_webserv_paths -d";
  return `_webserv_words -W '${completion.join(" ")}'`;
}
