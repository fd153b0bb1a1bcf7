/**
 * What answers in a location, chosen once when the site is made.
 *
 * @module
 */
import type { LocationConfig } from "../config/types.ts";
import type { MaybePromise } from "../http/maybe_promise.ts";
import type { Outcome } from "../http/message.ts";
import type { Answerer, Exchange } from "./exchange.ts";
import { answerWithPrograms, answerWithScript, type ProgramRules } from "./programs.ts";
import { redirectToLocation, returned } from "./returns.ts";
import { answerFromFiles } from "./static_files.ts";
import { answerFromStore } from "./storing.ts";
import { answerFromTries } from "./try_files.ts";

/** Answers, or leaves it to the next. */
type Attempt = (exchange: Exchange) => MaybePromise<Outcome> | undefined;

/** The answerer of a location: a list of attempts and, where none of them answers, its files. */
export function answererOf(config: LocationConfig, rules: ProgramRules): Answerer {
  const { match, path, answer, files, programs, store } = config;
  if (answer.return) {
    const outcome = returned(answer.return);
    return () => outcome;
  }
  const attempts: Attempt[] = [];
  if (match === "prefix" && path !== "/" && path.endsWith("/")) attempts.push(redirectToLocation);
  if (programs.cgiScript !== undefined) {
    return firstOf(attempts, answerWithScript(programs.cgiScript, rules));
  }
  if (programs.cgi !== undefined) attempts.push(answerWithPrograms(programs.cgi, rules));
  if (store.uploadStore !== undefined) attempts.push(answerFromStore);
  return firstOf(attempts, files.tryFiles ? answerFromTries(files.tryFiles) : answerFromFiles);
}

function firstOf(attempts: readonly Attempt[], last: Answerer): Answerer {
  const [first, ...rest] = attempts;
  if (first === undefined) return last;
  const next = firstOf(rest, last);
  return (exchange) => first(exchange) ?? next(exchange);
}
