/**
 * The forge's workflows name tasks, files and actions that are there, and may do no more than they must.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { parse } from "yaml";
import project from "../../deno.json" with { type: "json" };
import { fileName, TARGETS } from "../../scripts/compile/plan.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, ".github/workflows");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

interface Job {
  readonly needs?: string;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly include: readonly { readonly file: string }[] } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const WORKFLOWS = new Map(
  [...Deno.readDirSync(FOLDER)].map(({ name }) => {
    const text = Deno.readTextFileSync(join(FOLDER, name));
    return [name, { text, workflow: parse(text) as Workflow }];
  }),
);

function stepsOf({ jobs }: Workflow): Step[] {
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

Deno.test("there are workflows for changes and for releases", () => {
  assertEquals([...WORKFLOWS.keys()].sort(), ["ci.yml", "release.yml"]);
});

for (const [name, { text, workflow }] of WORKFLOWS) {
  Deno.test(`${name} names tasks and files that are there`, () => {
    const tasks: Readonly<Record<string, string>> = project.tasks;
    let named = 0;
    for (const { run = "" } of stepsOf(workflow)) {
      for (const [, task] of run.matchAll(/\bdeno task ([\w:-]+)/g)) {
        assert(task! in tasks, `deno task ${task} is none`);
        named++;
      }
      for (const [path] of run.matchAll(/(?<![\w/.])(scripts|tests|\.ci|packaging|docs)\/[\w./-]+/g)) {
        assert(Deno.statSync(join(ROOT, path)).isFile, path);
        named++;
      }
    }
    assert(named > 0);
  });

  Deno.test(`${name} takes actions by their commits, and one Deno everywhere`, () => {
    for (const line of text.split("\n").filter((line) => /\buses:/.test(line))) {
      assertMatch(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    const tested = /DENO="npx -y deno@([\d.]+)"/.exec(Deno.readTextFileSync(join(ROOT, ".ci/run")))![1];
    for (const { uses = "", with: given } of stepsOf(workflow)) {
      if (uses.startsWith("denoland/setup-deno@")) assertEquals(given?.["deno-version"], tested);
      if (uses.startsWith("actions/checkout@")) {
        assertEquals(given?.["persist-credentials"] as unknown, false);
      }
    }
  });

  Deno.test(`${name} may read and no more, but for the job that makes the draft, and nothing goes on for ever`, () => {
    assertEquals(workflow.permissions, { contents: "read" });
    for (const [job, { permissions, "timeout-minutes": minutes }] of Object.entries(workflow.jobs)) {
      assertEquals(permissions, job === "package" ? { contents: "write" } : undefined, job);
      assert(minutes !== undefined && minutes <= 90, job);
    }
  });

  // SECURITY: names of tags and branches are put into the environment: within a script they would be part of it.
  Deno.test(`${name} puts nothing into its scripts that others choose`, () => {
    for (const { run = "" } of stepsOf(workflow)) {
      const put = [...run.matchAll(/\$\{\{\s*(.*?)\s*\}\}/g)].map(([, expression]) => expression);
      assertEquals(put.filter((expression) => expression !== "matrix.file"), []);
    }
  });
}

Deno.test("a release waits for the tests of all five executables", () => {
  const { jobs } = WORKFLOWS.get("release.yml")!.workflow;
  assertEquals(jobs["test"]!.strategy!.matrix.include.map(({ file }) => file), TARGETS.map(fileName));
  assertEquals([jobs["test"]!.needs, jobs["package"]!.needs], ["compile", "test"]);
});
