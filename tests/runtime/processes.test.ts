/**
 * Programs that a launcher starts: what it says of one that it cannot start, and what programs say that looks like it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { processRunner } from "../../lib/runtime/processes.ts";
import { temporaryFolder } from "../support/launch.ts";
import { toText } from "../support/wire.ts";

const GROUPS = { started: () => {}, ended: () => {}, kill: () => {} };

/** A launcher's last words, or a program's first, and what comes of them. */
const WORDS: readonly (readonly [script: string, problem: string | undefined, errors: string])[] = [
  ["echo 'setsid: failed to execute PROGRAM: No such file or directory' >&2", "not found", ""],
  [
    "for w in setsid: ' failed to' ' execute PROGRAM' ': No such file or directory'; do printf %s \"$w\" >&2; sleep 0.01; done; echo >&2",
    "not found",
    "",
  ],
  [`echo "setsid: can't execute 'PROGRAM': Permission denied" >&2`, "denied", ""],
  ["echo 'setsid: failed to execute PROGRAM: Exec format error' >&2", "failed", ""],
  [
    "echo 'setsid: failed to execute other: No such file or directory' >&2",
    undefined,
    "setsid: failed to execute other: No such file or directory\n",
  ],
  ["printf 'setsid: fail' >&2", undefined, "setsid: fail"],
  ["printf s >&2; sleep 0.01; echo omething >&2", undefined, "something\n"],
  [
    "echo first >&2; echo 'setsid: failed to execute PROGRAM: No such file or directory' >&2",
    undefined,
    "first\nsetsid: failed to execute PROGRAM: No such file or directory\n",
  ],
  ["exit 0", undefined, ""],
];

Deno.test({
  name:
    "the launcher's words about a program that it cannot start are taken from its standard error, and no others",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using folder = await temporaryFolder();
    for (const [script, problem, expected] of WORDS) {
      const launcher = `${folder.path}/launcher`;
      await Deno.writeTextFile(launcher, `#!/bin/sh\n${script}\n`);
      await Deno.chmod(launcher, 0o755);
      const process = processRunner({ setsid: launcher }, GROUPS).spawn({
        program: "PROGRAM",
        args: [],
        folder: folder.path,
        environment: { PATH: "/usr/bin:/bin" },
        hasInput: false,
      });
      let errors = "";
      for (let piece = await process.readErrors(); piece !== null; piece = await process.readErrors()) {
        errors += toText(piece);
      }
      await process.exited;
      assertEquals([script, process.startProblem, errors], [script, problem, expected]);
      process.release();
    }
  },
});
