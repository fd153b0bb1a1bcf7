/**
 * The way of every request, from top to bottom: refuse, redirect, answer from cgi, store or files, error page.
 *
 * @module
 */
import type { Handler, Request, Response } from "../http/message.ts";
import { refusal } from "../http/refusal.ts";
import { failureResponse, finish } from "./error_pages.ts";
import { isLocalRedirect, MAX_LOCAL_REDIRECTS, redirectedRequest } from "./local_redirect.ts";
import { answerProgram } from "./programs.ts";
import { answerReturn, redirectToLocation } from "./redirect.ts";
import { answerOptions, locate, refuseExpectation, refuseLength, refuseMethod } from "./refuse.ts";
import { answerFile } from "./static_files.ts";
import { answerStore } from "./storing.ts";
import type { VirtualHosts } from "./virtual_hosts.ts";
import type { Server, Services, Visit } from "./visit.ts";

/** Answers the requests of one address. */
export function createPipeline(hosts: VirtualHosts<Server>, services: Services): Handler {
  return (request) => {
    const visit = startVisit(request, hosts.find(request.host), services);
    try {
      const response = answer(visit);
      return response instanceof Promise ? finishLater(visit, response) : finish(visit, response);
    } catch (error) {
      return finish(visit, failureResponse(error));
    }
  };
}

function startVisit(request: Request, server: Server, services: Services): Visit {
  return { request, server, services, location: server.fallback, path: "/", redirected: false };
}

/** Each step answers, or leaves it to the next. */
function answer(visit: Visit): Response | Promise<Response> {
  return locate(visit) ??
    refuseMethod(visit) ??
    refuseExpectation(visit) ??
    answerOptions(visit) ??
    refuseLength(visit) ??
    answerReturn(visit) ??
    redirectToLocation(visit) ??
    answerProgram(visit) ??
    answerStore(visit) ??
    answerFile(visit);
}

async function finishLater(first: Visit, promise: Promise<Response>): Promise<Response> {
  let visit = first;
  try {
    let response = await promise;
    for (let count = 1; isLocalRedirect(response); count++) {
      if (count > MAX_LOCAL_REDIRECTS) {
        response = refusal(502, "", `more than ${MAX_LOCAL_REDIRECTS} local redirects`);
        break;
      }
      visit = startVisit(
        redirectedRequest(visit.request, response.localRedirect),
        visit.server,
        visit.services,
      );
      response = await answer(visit);
    }
    return finish(visit, response);
  } catch (error) {
    return finish(visit, failureResponse(error));
  }
}
