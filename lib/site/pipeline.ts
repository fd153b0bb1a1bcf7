/**
 * The way of every request, from top to bottom: refuse, redirect, answer from cgi, store or files, error page.
 *
 * @module
 */
import type { Handler, Request, Response } from "../http/message.ts";
import { failureResponse, finish } from "./error_pages.ts";
import { answerReturn, redirectToLocation } from "./redirect.ts";
import { answerOptions, locate, refuseExpectation, refuseLength, refuseMethod } from "./refuse.ts";
import { answerFile } from "./static_files.ts";
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
    answerFile(visit);
}

async function finishLater(visit: Visit, response: Promise<Response>): Promise<Response> {
  try {
    return finish(visit, await response);
  } catch (error) {
    return finish(visit, failureResponse(error));
  }
}
