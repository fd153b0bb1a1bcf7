/**
 * What answers in a location, chosen once when the site is made.
 *
 * @module
 */
import { hasStore, withoutSlash } from "../config/places.ts";
import type { LocationConfig } from "../config/types.ts";
import { refusal } from "../http/errors.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Outcome } from "../http/message.ts";
import type { Answerer, Exchange } from "./exchange.ts";
import {
  answerProgramIndex,
  answerWithPrograms,
  answerWithScript,
  answerWithServer,
  type ProgramRules,
  runnersOf,
} from "./programs.ts";
import { answerFromDav, ifConditionsHold } from "./dav.ts";
import { answerByProxy } from "./proxying.ts";
import { answerFromFilesOr } from "./files_first.ts";
import { answerReturn, redirectToLocation } from "./returns.ts";
import { answerFromFiles } from "./static_files.ts";
import { answerFromStore } from "./storing.ts";
import { answerFromLast, answerFromTries } from "./try_files.ts";

/** Answers, or leaves it to the next. */
type Attempt = (exchange: Exchange) => MaybePromise<Outcome> | undefined;

/** The answerer of a location: a list of attempts and, where none of them answers, its files. */
export function answererOf(config: LocationConfig, rules: ProgramRules): Answerer {
  const { match, path, answer, files, programs, proxy, store } = config;
  const runners = runnersOf(config, rules);
  const answerFiles = runners !== undefined && programs.cgiOnly
    ? answerProgramIndex(runners)
    : answerFromFiles;
  if (answer.return) return answerReturn(answer.return, files.defaultType);
  const attempts: Attempt[] = [];
  // Before what sends clients elsewhere: those of WebDAV do not all follow.
  if (store.dav && store.uploadStore !== undefined) attempts.push(answerFromDav);
  if (match === "prefix" && path !== "/" && path.endsWith("/")) attempts.push(redirectToLocation);
  if (proxy.proxyPass !== undefined) {
    const pass = answerByProxy(config, proxy.proxyPass);
    // No configuration file says so: it is webserv app's own.
    return firstOf(attempts, files.root === undefined ? pass : answerFromFilesOr(pass));
  }
  if (programs.cgiScript !== undefined) {
    return firstOf(attempts, answerWithScript(programs.cgiScript, rules));
  }
  if (programs.fastcgiPass !== undefined) {
    return firstOf(attempts, answerWithServer(programs.fastcgiPass, rules));
  }
  if (runners !== undefined) attempts.push(answerWithPrograms(runners, rules));
  if (hasStore(config)) attempts.push(answerFromStore);
  const all = firstOf(attempts, files.tryFiles ? answerFromTries(files.tryFiles, answerFiles) : answerFiles);
  return store.dav && store.uploadStore !== undefined ? ifConditionsHold(all) : all;
}

/**
 * The answerer of a location for a path whose end can be nothing but a program's PATH_INFO, or another server's affair. SECURITY: whatever else would
 * answer in the location is not asked, so that no hidden file is sent, stored or run.
 *
 * @param namesEnd where that end begins
 * @returns undefined where there is no program that could take it
 */
export function answererBehind(
  config: LocationConfig,
  rules: ProgramRules,
  namesEnd: number,
): Answerer | undefined {
  const { path, answer, files, programs: { cgiScript, fastcgiPass }, proxy: { proxyPass } } = config;
  if (answer.return !== undefined) return undefined;
  if (proxyPass !== undefined) return answerByProxy(config, proxyPass);
  if (cgiScript !== undefined || fastcgiPass !== undefined) {
    if (namesEnd < withoutSlash(path).length) return undefined;
    return cgiScript === undefined
      ? answerWithServer(fastcgiPass!, rules)
      : answerWithScript(cgiScript, rules);
  }
  const runners = runnersOf(config, rules), last = files.tryFiles && answerFromLast(files.tryFiles);
  if (runners === undefined) return last;
  return firstOf([answerWithPrograms(runners, rules, namesEnd)], last ?? (() => refusal(404)));
}

function firstOf(attempts: readonly Attempt[], last: Answerer): Answerer {
  const [first, ...rest] = attempts;
  if (first === undefined) return last;
  const next = firstOf(rest, last);
  return (exchange) => first(exchange) ?? next(exchange);
}
