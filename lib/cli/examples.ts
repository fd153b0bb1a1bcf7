/**
 * Command lines worth knowing, for help and manual.
 *
 * @module
 */

/** A command line, and what it is for. */
export type Example = readonly [line: string, meaning: string];

export const EXAMPLES: readonly Example[] = [
  ["webserv", "Serve what ./webserv.yaml says, or the current folder."],
  ["webserv --spa --port 3000 dist", "Serve a web application on port 3000."],
  ["webserv --host 0.0.0.0 film.mp4", "Let others on the network see one file, and nothing else."],
  ["webserv --host 0.0.0.0 --upload shared", "Let others on the network read and store files in a folder."],
  [
    "webserv --isolate --header 'Cache-Control: no-store' game",
    "Serve pages that use threads in WebAssembly.",
  ],
  ["webserv dist -- npx playwright test", "Run tests beside a server, which ends with them."],
  ["webserv app -- npm run dev", "Give an app that is a server itself a name under localhost."],
  ["webserv init && webserv check && webserv", "Write a starter, see what it means, and serve it."],
];
