/**
 * The one table of commands and options: the parser, the help and whatever else describes the command line are made
 * from it.
 *
 * @module
 */

import { LOG_FORMATS } from "../config/top_keys.ts";

export type CommandName =
  | "serve"
  | "app"
  | "check"
  | "permissions"
  | "init"
  | "trust"
  | "requests"
  | "explain"
  | "health"
  | "passwd"
  | "completions"
  | "help";

/** What a word of the command line may be: a file, a folder, or one of these words; nothing is known of other words. */
export type Completion = "file" | "folder" | readonly string[];

/** One command. */
export interface Command {
  readonly name: CommandName;
  /** What may stand behind the options, e.g. `[DIR]`. */
  readonly operand?: string;
  /** So many of them, where it is not one. */
  readonly mostOperands?: number;
  /** A command of the user's, and all of its words, may stand behind `--`. */
  readonly program?: { readonly usage: string; readonly example: string };
  readonly completion?: Completion;
  readonly summary: string;
  /** What the manual says besides the summary. */
  readonly more?: string;
}

/** One option. */
export interface Option {
  /** Without its dashes. */
  readonly name: string;
  readonly short?: string;
  /** The name of its value; a switch has none. */
  readonly value?: string;
  /** It may be given several times, and all its values hold. */
  readonly repeatable?: boolean;
  readonly completion?: Completion;
  readonly help: string;
  /** What the manual says besides the help. */
  readonly more?: string;
  /** What holds if it is not given, for the help. */
  readonly fallback?: string;
  readonly commands: readonly CommandName[];
  /** It describes a folder to serve, so it goes with no configuration file. */
  readonly folderOnly?: boolean;
}

/** The shells that completions are made for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The topic of `webserv help` that is no command. */
export const CONFIG_TOPIC = "config";

export const COMMANDS: readonly Command[] = [
  {
    name: "serve",
    operand: "[DIR]",
    completion: "file",
    program: { usage: "[-- COMMAND ARGS...]", example: "webserv dist -- npm test" },
    summary: "serve DIR (or one FILE), or what the configuration says (this is the default)",
    more:
      "Without DIR and --config, ./webserv.yaml is used if there is one, else the current folder is served. " +
      "A FILE is sent at / and under its own name, and nothing else of its folder is. " +
      "COMMAND is started once every address accepts connections, with the first of them as WEBSERV_URL, and the server ends with it, with its exit status; signals are passed on to it.",
  },
  {
    name: "app",
    operand: "[DIR]",
    program: { usage: "-- COMMAND ARGS...", example: "webserv app -- npm run dev" },
    completion: "folder",
    summary: "run COMMAND, which is itself a server, under http://NAME.localhost",
    more:
      "It gets a free port as PORT, and HOST=127.0.0.1; {PORT} in its words is that port, too. Files of DIR are served if they are there, and everything else is passed to it, WebSockets included. Until it listens, browsers see a page that waits, and when it has ended, one with the end of its output.",
  },
  {
    name: "check",
    summary: "check the configuration and print what would be served",
    more:
      "Whatever is wrong is reported at once, each with its line. What the sandbox does not hold is told, too.",
  },
  {
    name: "permissions",
    summary: "print the narrowest Deno permission flags that the configuration needs",
    more: "They stand on one line, quoted for a shell.",
  },
  {
    name: "init",
    operand: "[DIR]",
    completion: "folder",
    summary: "write a starter webserv.yaml, a page and a CGI program",
    more: "Nothing is written if one of these files is there already.",
  },
  {
    name: "trust",
    summary: "have this system's browsers and programs trust the authority of --https",
    more:
      "The authority is made at first need, for this user alone, and can sign for local names and addresses only. " +
      "Each place is told with what happened, or with what to type where it takes the rights of an administrator.",
  },
  {
    name: "requests",
    summary: "show what a running server is asked, as its inspector has it",
    more:
      "The server was started with --inspect, or has an `admin` in its configuration. It is the one of --config or --admin, else the only one that runs. The exit status is 1 where there is none.",
  },
  {
    name: "explain",
    operand: "URL",
    summary: "show what would be answered to a URL, and which lines of the configuration say so",
    more:
      "Server, location, who else would have fitted, each internal redirect, the file or program, the status, and each field. URL may be a path, which is asked of the first server. Nothing is written, run or connected to.",
  },
  {
    name: "health",
    operand: "[URL]",
    summary: "ask a server for a page, and say by the exit status whether it answers",
    more:
      "For health checks of containers, where there is no shell and no other client: 0 for an answer below 500, 1 where there is none within 5 s. URL begins with http://; without one, this machine is asked at the port that the variable PORT names, or at 8080.",
  },
  {
    name: "passwd",
    operand: "[FILE] USER",
    mostOperands: 2,
    completion: "file",
    summary: "write a user with a password into a file for auth_basic_user_file",
    more:
      "The password is asked for twice, or is the first line of standard input where that is no terminal. It is never an argument, which every program of the machine could read. FILE is made where it is not there, for its owner alone; the lines of other users stay as they are. Without FILE the line is printed.",
  },
  {
    name: "completions",
    operand: "SHELL",
    completion: SHELLS,
    summary: "print a completion script for bash, zsh or fish",
    more: "The script says in its first lines how it is loaded.",
  },
  {
    name: "help",
    operand: "[COMMAND | config]",
    completion: [
      "serve",
      "app",
      "check",
      "permissions",
      "init",
      "trust",
      "requests",
      "explain",
      "health",
      "passwd",
      "completions",
      "help",
      CONFIG_TOPIC,
    ],
    summary: "show this help, that of a command, or every key of webserv.yaml (config)",
  },
];

const ALL = COMMANDS.map(({ name }) => name);

export const OPTIONS: readonly Option[] = [
  {
    name: "config",
    short: "c",
    value: "FILE",
    completion: "file",
    help: "configuration file",
    fallback: "./webserv.yaml if present",
    commands: ["serve", "check", "permissions", "explain", "requests"],
  },
  {
    name: "connect",
    help: "try each bucket of the configuration",
    more: "Each is asked for a list of one key. The exit status is 1 if one of them cannot be had.",
    fallback: "off",
    commands: ["check"],
  },
  {
    name: "port",
    short: "p",
    value: "N",
    help: "port; 0 = any free one",
    fallback: "8080 (8443 with --https), or the next free one",
    more:
      "Without it, the port of a folder is that of PORT in the environment, where it is set and no command runs beside the server; a configuration file has `listen: ${PORT:-8080}`.",
    commands: ["serve", "app"],
  },
  {
    name: "host",
    value: "ADDR",
    help: "address to bind; 0.0.0.0 or :: for all",
    fallback: "127.0.0.1",
    commands: ["serve", "app"],
  },
  {
    name: "https",
    help: "speak TLS, with a certificate of this machine's own authority",
    more: "Plain HTTP on the same port is sent to the https address.",
    fallback: "off",
    commands: ["serve", "app"],
  },
  {
    name: "allow-host",
    value: "NAME",
    repeatable: true,
    help: "answer to this name too; may be repeated",
    more: 'Pages of other names cannot reach a server of this machine. "*" lets all of them.',
    commands: ["serve", "app"],
  },
  {
    name: "cgi",
    help: "run programs in DIR/cgi-bin",
    more:
      "These are executable files, which are run as their first line says, and files that end in .py .php .pl .rb .sh .js .ts, by their interpreter. Nothing else there is sent.",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "upload",
    help: "let files below DIR be stored, moved and deleted",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "user",
    short: "u",
    value: "NAME",
    help: "ask for this name and a password; the password is asked for here",
    more:
      "It is needed for reading as well as for writing. The password is asked for at the terminal, or taken from the variable WEBSERV_PASSWORD; it is never an argument, which every program of the machine could read. Several users and their rights are the affair of a configuration: see auth_basic.",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "lan",
    help: "share DIR with the devices of this network, behind a login",
    more:
      "It listens on every interface. A name and a password are made up for this run and printed once, with a link that logs one device in (as a QR code, too, on a terminal); when that has been used, the next one is printed. Nothing can be changed unless --upload says so. With --user, the name and the password are yours.",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "public",
    help: "with --lan, without a login: for everybody in the network",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "spa",
    help: "answer /index.html where no file matches a page",
    more:
      "That is where the client takes HTML, and the last segment of the path has no extension: a script that is missing is 404.",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "sites",
    help: "every folder in DIR is a site, at http://NAME.localhost",
    more:
      "A list of them is at http://localhost. Names are those that a host can have, in lower case; one that is made while the server runs is there at once.",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "cors",
    help: "allow requests from pages of other origins",
    more: "Preflights are answered, those of public sites that ask for a private network's too.",
    fallback: "off",
    commands: ["serve", "app"],
    folderOnly: true,
  },
  {
    name: "header",
    value: "FIELD",
    repeatable: true,
    help: "send a field, 'Name: value', with every answer; may be repeated",
    more:
      "As add_header does in the configuration: errors get it too, and it takes the place of others of its name.",
    commands: ["serve", "app"],
    folderOnly: true,
  },
  {
    name: "isolate",
    help: "isolate pages from others, as threads in WebAssembly need it",
    more:
      "Every answer gets Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.",
    fallback: "off",
    commands: ["serve", "app"],
    folderOnly: true,
  },
  {
    name: "live",
    help: "pages show what has changed without being loaded by hand",
    more:
      "As live_reload in the configuration, everywhere where that does not say otherwise: a script at the end of each page swaps style sheets and pictures in place, and loads the page again for anything else.",
    fallback: "off",
    commands: ["serve", "app"],
  },
  {
    name: "on-change",
    value: "COMMAND",
    help: "run COMMAND when files have changed, before pages are told",
    more:
      "By the system's shell (sh -c; on Windows cmd), in the current folder if DIR is in it, which is then watched as well, else in DIR. One runs at a time. If it fails, pages are not loaded again but show what it has written. It needs --live, or live_reload in the configuration.",
    commands: ["serve", "app"],
  },
  { name: "no-listing", help: "no directory listing", commands: ["serve"], folderOnly: true },
  {
    name: "workers",
    value: "N",
    completion: ["auto"],
    help: "number of threads, or auto for one per core",
    fallback: "1",
    commands: ["serve", "app"],
  },
  {
    name: "log-format",
    value: "F",
    completion: LOG_FORMATS,
    help: "access log: dev, combined, common or json",
    fallback: "dev on a terminal, else combined",
    commands: ["serve", "app"],
  },
  {
    name: "watch-config",
    help: "load the configuration again when its file changes",
    fallback: "off",
    commands: ["serve"],
  },
  {
    name: "inspect",
    help: "show requests as they come, with heads and bodies, in a browser",
    more:
      "The inspector is at 127.0.0.1:8079, or the next free port below it, with a token that is printed once; see webserv requests, too. `admin` in the configuration names another address.",
    fallback: "off",
    commands: ["serve", "app"],
  },
  { name: "open", help: "open the browser", commands: ["serve", "app"] },
  {
    name: "quiet",
    short: "q",
    help: "no access log",
    more: "With a COMMAND there is none anyway, unless the access log or its format is named.",
    commands: ["serve", "app"],
  },
  {
    name: "name",
    value: "NAME",
    help: "the app is found at http://NAME.localhost",
    fallback: "the folder's name",
    commands: ["app"],
  },
  { name: "restart", help: "start the app again when it has ended", fallback: "off", commands: ["app"] },
  {
    name: "port-file",
    value: "FILE",
    completion: "file",
    help: "write the first port to FILE once it accepts connections",
    more: "It is there whole or not at all, and removed at the end.",
    commands: ["serve", "app"],
  },
  {
    name: "ready-json",
    help: "print one line of JSON once every address accepts connections",
    more:
      "On standard output, with the addresses as urls, the process as pid, and the address of an inspector as inspector.",
    commands: ["serve", "app"],
  },
  {
    name: "full",
    help: "write every key of webserv.yaml, with what it means",
    more: "Those that the starter does not need are comments; without the # they are valid as they stand.",
    commands: ["init"],
  },
  { name: "remove", help: "take back what trust has done", commands: ["trust"] },
  { name: "dry-run", help: "show the commands, and do nothing", commands: ["trust"] },
  { name: "print", help: "print the authority's certificate, PEM", commands: ["trust"] },
  {
    name: "admin",
    value: "URL",
    help: "the inspector's address, with or without its token",
    fallback: "that of the server that runs",
    commands: ["requests"],
  },
  { name: "follow", help: "go on with each request as it comes", commands: ["requests"] },
  {
    name: "json",
    help: "print JSON: a list, or with --follow one line for each",
    commands: ["requests"],
  },
  { name: "status", value: "S", help: "only this status, 404, or class, 5xx", commands: ["requests"] },
  { name: "method", value: "M", help: "only this method", commands: ["requests"] },
  { name: "path", value: "P", help: "only paths that begin with this", commands: ["requests"] },
  { name: "host", value: "NAME", help: "only this host", commands: ["requests"] },
  { name: "since", value: "ID", help: "only what came after this request", commands: ["requests"] },
  {
    name: "method",
    short: "X",
    value: "METHOD",
    help: "ask with this method",
    fallback: "GET",
    commands: ["explain"],
  },
  {
    name: "header",
    short: "H",
    value: "FIELD",
    repeatable: true,
    help: "send a field, 'Name: value'; may be repeated",
    commands: ["explain"],
  },
  { name: "json", help: "print JSON", commands: ["explain"] },
  { name: "help", short: "h", help: "show this help", commands: ALL },
  { name: "version", short: "V", help: "show the version", commands: ALL },
];

/** The commands behind whose `--` stands another program with its words. */
export function programCommands(): CommandName[] {
  return COMMANDS.filter(({ program }) => program !== undefined).map(({ name }) => name);
}
