#!/usr/bin/env node
// Starts the executable of the platform package that npm has installed beside this one, with the same arguments, input
// and output, and ends as it ends. In the JavaScript of Node 16, without dependencies, since it starts at every call.
"use strict";

const { accessSync, constants } = require("node:fs");
const { isatty } = require("node:tty");

/** The platform packages, by what Node calls the system. They are made by scripts/package.ts, of the same table. */
const PACKAGES = {
  "linux x64": "webserv-linux-x64",
  "linux arm64": "webserv-linux-arm64",
  "darwin x64": "webserv-darwin-x64",
  "darwin arm64": "webserv-darwin-arm64",
  "win32 x64": "webserv-win32-x64",
};

/** A system on musl, such as Alpine Linux, has no report of a version of the GNU C library. */
function isMusl() {
  if (process.platform !== "linux" || !process.report) return false;
  // Without it Node would look up the name of each address that it is connected with.
  process.report.excludeNetwork = true;
  return !process.report.getReport().header.glibcVersionRuntime;
}

function fail(problem) {
  process.stderr.write(`webserv: ${problem}\n`);
  process.exit(1);
}

/** The path of the executable; it does not return where there is none. */
function executable() {
  const system = `${process.platform} ${process.arch}`;
  const name = PACKAGES[system];
  if (name === undefined) {
    return fail(
      `there is no executable for ${system}: only for ${Object.keys(PACKAGES).join(", ")}; ` +
        "with Deno installed, it runs from source",
    );
  }
  try {
    return require.resolve(`${name}/bin/webserv${process.platform === "win32" ? ".exe" : ""}`);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    return fail(
      isMusl()
        ? "there is no executable for Linux with musl (Alpine): use an image with the GNU C library (node:slim), " +
          "or run it from source with Deno"
        : `the package ${name} is not installed, though it holds the executable for this system: ` +
          "install webserv again without --omit=optional and --no-optional, on the system that it is to run on",
    );
  }
}

/** npx ends the shell between it and this process when it is asked to end, and nothing says so to this process. */
const HAS_NPX = process.env.npm_lifecycle_event === "npx";

/** So often it is looked whether that shell is still there, in milliseconds. */
const LOOK = 250;

/** In place of this process: signals, input and the exit status are its own then. @returns only where that cannot be */
function replace(path) {
  if (typeof process.execve !== "function" || process.platform === "win32" || HAS_NPX) return;
  try {
    // Where it cannot be run Node ends with a core dump, of which nothing is caught.
    accessSync(path, constants.X_OK);
    process.execve(path, [path, ...process.argv.slice(2)], process.env);
  } catch {
    // A thread of Node's, or a system without it: it is started as a child.
  }
}

/** As a child that gets what signals this process gets, and ends when it ends, however that comes. */
function start(path) {
  const { spawn } = require("node:child_process");
  const child = spawn(path, process.argv.slice(2), { stdio: "inherit" });
  const signals = process.platform === "win32"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"];
  const isOnTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  const pass = (signal) => {
    // A terminal's keys have told the child, too: once more would be a second wish, which ends it at once. On Windows the
    // console has, and to signal the child is to end it at once.
    if (process.platform === "win32" || isOnTerminal && /^SIG(?:INT|QUIT)$/.test(signal)) return;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  if (HAS_NPX && process.platform !== "win32") {
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      child.kill("SIGTERM");
    }, LOOK);
  }
  let guard;
  child.on("error", (error) => fail(`${path} cannot be run (${error.code}): install webserv again`));
  child.on("exit", (code, signal) => {
    if (guard) guard.kill("SIGKILL");
    if (signal === null) return process.exit(code);
    for (const name of signals) process.removeListener(name, pass);
    process.kill(process.pid, signal);
  });
  // SIGKILL cannot be passed on. The end of this process closes the pipe that the guard reads, whatever its cause.
  if (process.platform !== "win32" && child.pid !== undefined) {
    setImmediate(() => {
      guard = spawn("/bin/sh", [
        "-c",
        'read -r _; kill -TERM "$1" 2> /dev/null',
        "webserv",
        String(child.pid),
      ], {
        stdio: ["pipe", "ignore", "ignore"],
        detached: true,
      });
      guard.on("error", () => {});
      guard.unref();
    });
  }
}

const path = executable();
replace(path);
start(path);
