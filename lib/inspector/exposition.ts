/**
 * Metrics in the text format that Prometheus reads (version 0.0.4).
 *
 * @module
 */
import { BUCKETS, type MetricsSnapshot, type Series } from "./metrics.ts";

/** The media type of what exposition() gives. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** All metrics, each with its help and type. */
export function exposition({ series, connections, accepted, programs, workers }: MetricsSnapshot): string {
  return [
    ...family("webserv_requests_total", "counter", "Requests that were answered, as in the access log.", [
      ...series.map((one) => sample("webserv_requests_total", labelsOf(one), one.requests)),
    ]),
    ...family("webserv_response_bytes_total", "counter", "Bytes of content in the answers.", [
      ...series.map((one) => sample("webserv_response_bytes_total", labelsOf(one), one.bytes)),
    ]),
    ...family(
      DURATION,
      "histogram",
      "Seconds from a request's head to the end of its answer.",
      series.flatMap(histogram),
    ),
    ...single("webserv_connections", "gauge", "Connections that are open.", connections),
    ...single("webserv_connections_accepted_total", "counter", "Connections that were accepted.", accepted),
    ...single("webserv_programs", "gauge", "Programs (CGI) that run.", programs),
    ...single("webserv_workers", "gauge", "Worker threads that serve.", workers),
    "",
  ].join("\n");
}

const DURATION = "webserv_request_duration_seconds";

function histogram(one: Series): string[] {
  const labels = labelsOf(one);
  const bucket = (le: string, count: number) => sample(`${DURATION}_bucket`, `${labels},le="${le}"`, count);
  return [
    ...one.buckets.map((count, index) => bucket(String(BUCKETS[index]), count)),
    bucket("+Inf", one.requests),
    sample(`${DURATION}_sum`, labels, one.seconds),
    sample(`${DURATION}_count`, labels, one.requests),
  ];
}

function family(name: string, type: string, help: string, samples: readonly string[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];
}

function single(name: string, type: string, help: string, value: number): string[] {
  return family(name, type, help, [`${name} ${value}`]);
}

function sample(name: string, labels: string, value: number): string {
  return `${name}{${labels}} ${value}`;
}

function labelsOf({ server, location, class: status }: Series): string {
  return `server="${quoted(server)}",location="${quoted(location)}",class="${status}"`;
}

function quoted(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
