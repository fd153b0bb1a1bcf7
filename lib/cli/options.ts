/**
 * The one table of commands and options: the parser, the help and whatever else describes the command line are made
 * from it.
 *
 * @module
 */

export type CommandName = "serve" | "check" | "permissions" | "init";

/** One command. */
export interface Command {
  readonly name: CommandName;
  /** What may stand behind the options, e.g. `[DIR]`. */
  readonly operand?: string;
  readonly summary: string;
}

/** One option. */
export interface Option {
  /** Without its dashes. */
  readonly name: string;
  readonly short?: string;
  /** The name of its value; a switch has none. */
  readonly value?: string;
  readonly help: string;
  /** What holds if it is not given, for the help. */
  readonly fallback?: string;
  readonly commands: readonly CommandName[];
  /** It describes a folder to serve, so it goes with no configuration file. */
  readonly folderOnly?: boolean;
}

export const COMMANDS: readonly Command[] = [
  {
    name: "serve",
    operand: "[DIR]",
    summary: "serve DIR, or what the configuration says (this is the default)",
  },
  { name: "check", summary: "check the configuration and print what would be served" },
  {
    name: "permissions",
    summary: "print the narrowest Deno permission flags that the configuration needs",
  },
  { name: "init", operand: "[DIR]", summary: "write a starter webserv.yaml, a page and a CGI program" },
];

export const OPTIONS: readonly Option[] = [
  {
    name: "config",
    short: "c",
    value: "FILE",
    help: "configuration file",
    fallback: "./webserv.yaml if present",
    commands: ["serve", "check", "permissions"],
  },
  {
    name: "port",
    short: "p",
    value: "N",
    help: "port; 0 = any free one",
    fallback: "8080, or the next free one",
    commands: ["serve"],
  },
  {
    name: "host",
    value: "ADDR",
    help: "address to bind; 0.0.0.0 or :: for all",
    fallback: "127.0.0.1",
    commands: ["serve"],
  },
  {
    name: "cgi",
    help: "run programs in DIR/cgi-bin",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "upload",
    help: "accept PUT, POST and DELETE below DIR",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "spa",
    help: "answer /index.html where nothing matches",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  {
    name: "cors",
    help: "allow requests from pages of other origins",
    fallback: "off",
    commands: ["serve"],
    folderOnly: true,
  },
  { name: "no-listing", help: "no directory listing", commands: ["serve"], folderOnly: true },
  {
    name: "workers",
    value: "N",
    help: "number of threads, or auto for one per core",
    fallback: "1",
    commands: ["serve"],
  },
  { name: "open", help: "open the browser", commands: ["serve"] },
  { name: "quiet", short: "q", help: "no access log", commands: ["serve"] },
  { name: "help", short: "h", help: "show this help", commands: ["serve", "check", "permissions", "init"] },
  {
    name: "version",
    short: "V",
    help: "show the version",
    commands: ["serve", "check", "permissions", "init"],
  },
];
