/**
 * `webserv trust`: has this system's programs believe the local authority, or takes that back.
 *
 * @module
 */
import { systemInfo } from "../supervisor/system_info.ts";
import {
  authorityFiles,
  findLocalCertificates,
  LocalAuthorityError,
  openLocalCertificates,
  systemOutside,
} from "../supervisor/local_certificates.ts";
import { doStep, type Outcome, systemFacts, type TrustPlaces } from "../runtime/trust_system.ts";
import { bundleOf, planRemoval, planTrust } from "../trust/plan.ts";
import { type AuthorityCertificate, commandOf, shellWord, type Step } from "../trust/steps.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { FileAccessError } from "./file_problems.ts";
import { print, printToStderr } from "./console.ts";

/** @throws {UsageError | FileAccessError} the latter also if nothing could be done */
export async function trust({ switches }: CommandLine, places: TrustPlaces = ownPlaces()): Promise<void> {
  const [isDry, isRemoval] = [switches.has("dry-run"), switches.has("remove")];
  if (switches.has("print") && (isDry || isRemoval)) {
    throw new UsageError(`--print goes with neither --remove nor --dry-run`);
  }
  refuseSudo(places);
  try {
    const local = await (isDry || isRemoval ? findLocalCertificates : openLocalCertificates)();
    if (local?.notice !== undefined) printToStderr(`note: ${local.notice}`);
    if (local === undefined && isRemoval) {
      return print("There is no local authority: nothing is to be taken back.\n");
    }
    if (local !== undefined && switches.has("print")) return print(local.caPem);
    const { publicPath: path } = local?.files ?? authorityFiles(systemOutside());
    const current: AuthorityCertificate = { ...local?.authority.description ?? NOT_YET, path };
    const facts = systemFacts(places);
    const certificates = { current, earlier: local?.earlier() ?? [] };
    const plan = (isRemoval ? planRemoval : planTrust)(certificates, facts);
    print(`${current.name}\n  SHA-256 ${current.fingerprint}\n  ${current.path}\n\n`);
    if (local === undefined || isDry) return print(plan.map(dryText).join(""));
    const outcomes = await doAll(plan, isRemoval);
    const isDone = outcomes.some(({ type }) => type === "done" || (isRemoval && type === "nothing"));
    if (isDone) local.files.setInstalled(isRemoval ? undefined : current.fingerprint);
    print(isRemoval ? farewell(local.files.folder) : advice(current, bundleOf(facts)));
    if (!isDone) {
      throw new FileAccessError(`nothing could be ${isRemoval ? "taken back" : "done"}: see above`);
    }
  } catch (error) {
    if (error instanceof LocalAuthorityError) throw new FileAccessError(error.message);
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new FileAccessError(
      `trust looks at many places and starts programs: run it with -A (${error.message})`,
    );
  }
}

/** In place of one that is made later. */
const NOT_YET = {
  name: "webserv local authority, which is not made yet",
  fingerprint: "00:".repeat(31) + "00",
  sha1: "00".repeat(20),
} as const;

function farewell(folder: string): string {
  return `\nThe key stays in ${shellWord(folder)}: remove that folder, and nobody can use it any more.\n`;
}

/** Administrators have an authority of their own, which is not the one that this user's servers have. */
function refuseSudo({ user, sudoer }: TrustPlaces): void {
  if (user !== 0 || sudoer === undefined || sudoer === "root") return;
  throw new UsageError(
    `this would be root's authority, and not that of ${sudoer}: run webserv trust without sudo; ` +
      "it says what takes the rights of root",
  );
}

function ownPlaces(): TrustPlaces {
  const { searchPath } = systemInfo();
  return {
    home: Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? "/",
    searchPath,
    user: Deno.uid() ?? undefined,
    sudoer: Deno.env.get("SUDO_USER") || undefined,
  };
}

async function doAll(plan: readonly Step[], isRemoval: boolean): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of plan) {
    const outcome: Outcome = step.obstacle === undefined
      ? await doStep(step)
      : { type: "failed", why: step.obstacle };
    outcomes.push(outcome);
    print(resultText(step, outcome, isRemoval));
  }
  return outcomes;
}

const LABEL = 11;

function resultText({ kind, where, byHand = [] }: Step, outcome: Outcome, isRemoval: boolean): string {
  const label = kind.padEnd(LABEL), indent = " ".repeat(LABEL);
  const said = outcome.type === "done"
    ? (isRemoval ? "taken back" : "trusted")
    : outcome.type === "nothing"
    ? "nothing to take back"
    : `not done: ${outcome.why}`;
  const lines = [`${label}${where}: ${said}`];
  if (outcome.type === "failed") {
    lines.push(...byHand.map((command) => `${indent}  ${command}`));
  }
  return `${lines.join("\n")}\n`;
}

function dryText({ kind, where, actions, obstacle, byHand = [] }: Step): string {
  const lines = obstacle === undefined ? actions.map(commandOf) : byHand;
  const why = obstacle === undefined ? "" : ` (${obstacle})`;
  return `# ${kind}: ${where}${why}\n${lines.map((line) => `${line}\n`).join("")}`;
}

/** What helps programs that have lists of their own. @param bundle the system's list, which has ours, too */
function advice({ path }: AuthorityCertificate, bundle: string | undefined): string {
  const word = shellWord(path);
  return `
Browsers that are running see it when they are started again. For programs that do not look there:
  export NODE_EXTRA_CA_CERTS=${word}
  export REQUESTS_CA_BUNDLE=${bundle === undefined ? `${word}   # and no other authority` : shellWord(bundle)}
  curl --cacert ${word} https://localhost:8443/
`;
}
