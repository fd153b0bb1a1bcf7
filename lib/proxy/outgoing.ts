/**
 * A client's request as an upstream gets it.
 *
 * @module
 */
import type { Request } from "../http/message.ts";
import { upstreamAuthority } from "../http/upstream_url.ts";
import type { OutgoingRequest } from "./exchange.ts";
import { upstreamFields } from "./fields.ts";
import { requestTarget } from "./request_target.ts";
import type { AskedPath, Route, Target } from "./route.ts";
import { newKey } from "./web_socket.ts";

/** Rebuilt, never passed on: its target, its fields, and whether it asks for another protocol. */
export function outgoingRequest(
  request: Request,
  route: Route,
  asked: AskedPath,
  target: Target,
): OutgoingRequest {
  const { body, fields, version } = request;
  const upgrade = upgradeOf(request);
  const expects = upgrade === undefined && body.length !== 0 && version !== "HTTP/1.0" &&
    fields.has("expect");
  const webSocketKey = version === "HTTP/2.0" && upgrade?.toLowerCase() === "websocket"
    ? newKey()
    : undefined;
  return {
    target: requestTarget(asked, target.uri),
    fields: upstreamFields(request, route, asked, {
      host: fields.get("host") || upstreamAuthority(target),
      upgrade,
      webSocketKey,
      expects,
    }),
    upgrades: upgrade !== undefined,
    webSocketKey,
    expects,
    bodyLimit: route.bodyLimit,
    timeout: route.timeouts.read,
  };
}

/**
 * What may be spoken instead (RFC 9110 section 7.8), but HTTP/2 (h2c), since nobody here would see its requests any more.
 * Over HTTP/1.1 only a request without content may ask for it: content would come before the other protocol.
 */
function upgradeOf({ upgrade, version, body }: Request): string | undefined {
  if (upgrade === undefined || version === "HTTP/1.0" || (version === "HTTP/1.1" && body.length !== 0)) {
    return undefined;
  }
  const protocols = upgrade.split(",").map((protocol) => protocol.trim());
  return protocols.filter((protocol) => protocol !== "" && protocol.toLowerCase() !== "h2c").join(", ") ||
    undefined;
}
