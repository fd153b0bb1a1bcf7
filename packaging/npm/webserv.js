#!/usr/bin/env node
// Starts the executable of this system, which lies in a package of its own (npm installs the one that fits), in place of
// Node where Node can do that, else as its child. Written for any Node that npm itself runs on.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

/** By `process.platform` and `process.arch`; the names are those of packages. */
const KNOWN = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"];

function fail(text) {
  process.stderr.write(`webserv: ${text}\n`);
  process.exit(1);
}

/** A system with another C library than glibc, such as Alpine: the loader of the executable is not there. */
function lacksGlibc() {
  try {
    return process.platform === "linux" &&
      process.report.getReport().header.glibcVersionRuntime === undefined;
  } catch {
    return false;
  }
}

function executable() {
  const system = `${process.platform}-${process.arch}`;
  if (!KNOWN.includes(system)) fail(`there is no executable for ${system}: only for ${KNOWN.join(", ")}`);
  const file = system.startsWith("win32") ? "webserv.exe" : "webserv";
  try {
    return require.resolve(`webserv-${system}/${file}`);
  } catch {
    if (lacksGlibc()) {
      fail(
        "the executable needs glibc, which this system does not have: use Debian's image, or Deno and the source",
      );
    }
    return fail(
      `the package webserv-${system} is not installed: install again without --omit=optional, or add it by name`,
    );
  }
}

function run(file, args) {
  // Nothing is left between the terminal, or a supervisor, and the server then.
  if (typeof process.execve === "function") {
    try {
      return process.execve(file, [file, ...args], process.env);
    } catch { /* Not on this system: as a child. */ }
  }
  const child = spawn(file, args, { stdio: "inherit", windowsHide: true });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"];
  for (const signal of signals) {
    try {
      // From a terminal the child has it already; once more does no harm to it but ends it at once, so it is not passed on.
      process.on(signal, () => signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal));
    } catch { /* A signal that this system does not have. */ }
  }
  child.on("error", (error) => fail(`${file} cannot be run: ${error.message}`));
  child.on("exit", (status, signal) => {
    if (signal === null) process.exit(status);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
    // A signal that ends nobody here.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 1000);
  });
}

run(executable(), process.argv.slice(2));
