/**
 * The words of an app's command, with its port where it does not look for one in its environment: where `{PORT}` stands, and
 * behind those development servers that are known to take it as an argument alone.
 *
 * @module
 */

/** Stands for the port in any of the words. */
const PORT = "{PORT}";

/** What starts a program that is named behind it. */
const RUNNERS = new Set(
  "npx pnpx bunx npm pnpm yarn bun deno node python python3 exec dlx x run cross-env env".split(" "),
);

/** Programs that take their port as an argument: those whose first argument is one of a list, if there is one. */
const SERVERS: Readonly<
  Record<
    string,
    { readonly commands?: readonly string[]; readonly words: (port: string) => readonly string[] }
  >
> = {
  // One that is taken is no reason to take another, where nobody would look for it.
  "vite": {
    commands: ["dev", "serve", "preview"],
    words: (port) => ["--port", port, "--strictPort", "--host", "127.0.0.1"],
  },
  "astro": { commands: ["dev", "preview"], words: (port) => ["--port", port, "--host", "127.0.0.1"] },
  "react-router": { commands: ["dev"], words: (port) => ["--port", port, "--host", "127.0.0.1"] },
  "ng": { commands: ["serve", "s"], words: (port) => ["--port", port, "--host", "127.0.0.1"] },
  "webpack": { commands: ["serve"], words: (port) => ["--port", port, "--host", "127.0.0.1"] },
  "flask": { commands: ["run"], words: (port) => ["--port", port] },
  "manage.py": { commands: ["runserver"], words: (port) => [`127.0.0.1:${port}`] },
};

/** Servers that start without a command of their own. */
const BARE = new Set(["vite"]);

/**
 * The words as the command gets them.
 *
 * @param scripts those of the package.json of the folder that it is started in, by their names
 */
export function appWords(
  words: readonly string[],
  port: number,
  scripts: () => Readonly<Record<string, unknown>>,
): string[] {
  if (words.some((word) => word.includes(PORT))) {
    return words.map((word) => word.replaceAll(PORT, `${port}`));
  }
  const own = portWords(words, `${port}`);
  if (own !== undefined) return [...words, ...own];
  const name = scriptOf(words);
  const script = name === undefined ? undefined : scripts()[name];
  // What is added behind a script comes behind the last command in it.
  const last = typeof script === "string" ? script.split(/&&|\|\||[;|&]/).at(-1)!.trim().split(/\s+/) : [];
  const added = words.length === (words.includes("run") ? 3 : 2) ? portWords(last, `${port}`) : undefined;
  if (added === undefined) return [...words];
  return [...words, ...words[0] === "npm" ? ["--"] : [], ...added];
}

/** What a command needs to listen on a port; undefined where it needs nothing that we know, or has its port already. */
function portWords(words: readonly string[], port: string): readonly string[] | undefined {
  const at = words.findIndex((word) => !isRunner(word) && !/^-|^[A-Z_0-9]+=/i.test(word));
  if (at < 0) return undefined;
  const name = words[at]!.replace(/^npm:/, "").replace(/(?<=.)@.*$/, "").replace(/^.*\//, "");
  const server = Object.hasOwn(SERVERS, name) ? SERVERS[name] : undefined;
  if (server === undefined) return undefined;
  const rest = words.slice(at + 1), first = rest.find((word) => !word.startsWith("-"));
  const isCommand = first !== undefined && server.commands?.includes(first);
  if (!isCommand && !(BARE.has(name) && rest[0] !== "build" && rest[0] !== "optimize")) return undefined;
  const hasPort = rest.some((word) => /^(?:--port|-p)(?:=|$)/.test(word)) ||
    (name === "manage.py" && rest.filter((word) => !word.startsWith("-")).length > 1);
  return hasPort ? undefined : server.words(port);
}

/** By whatever path, as that of a virtual environment, and whatever its version. */
function isRunner(word: string): boolean {
  return RUNNERS.has(word.replace(/^.*\//, "").replace(/^(python3)\.\d+$/, "$1"));
}

/** The script of a package that is run: `npm run dev`, `yarn dev`, `npm start`. */
function scriptOf([runner, ...rest]: readonly string[]): string | undefined {
  if (runner === undefined || !["npm", "pnpm", "yarn", "bun"].includes(runner)) return undefined;
  const name = rest[0] === "run" ? rest[1] : rest[0];
  if (name === undefined || name.startsWith("-")) return undefined;
  return runner === "npm" && rest[0] !== "run" && !["start", "test"].includes(name) ? undefined : name;
}

/** The scripts of the package.json here; none where there is none, or it cannot be read or understood. */
export function packageScripts(): Readonly<Record<string, unknown>> {
  try {
    const { scripts } = JSON.parse(Deno.readTextFileSync("package.json"));
    return typeof scripts === "object" && scripts !== null ? scripts : {};
  } catch {
    // Whoever runs the script says what is wrong with it.
    return {};
  }
}
