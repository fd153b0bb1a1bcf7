/**
 * `webserv check`: what the configuration says, or what is wrong with it.
 *
 * @module
 */
import type { Config, ServerConfig } from "../config/types.ts";
import { endpointUrl } from "../http/endpoint.ts";
import { NEEDS_NEWER_RUNTIME, servesTls } from "../runtime/version.ts";
import { speaksTls } from "../supervisor/certificates.ts";
import { systemInfo } from "../supervisor/system_info.ts";
import { certificateLook } from "./certificate_look.ts";
import type { CommandLine } from "./command_line.ts";
import { loadConfiguration } from "./configuration.ts";
import type { LoadedConfiguration } from "./loaded_configuration.ts";
import { print, printToStderr } from "./console.ts";
import { describeLocation } from "./describe_location.ts";
import { nameProblems } from "./name_problems.ts";
import { sandboxGaps } from "./sandbox_gaps.ts";
import { allWarnings } from "./warnings.ts";

/** @returns the exit status, where one of the buckets was tried in vain. @throws {ConfigError | FileAccessError} */
export async function check(commandLine: CommandLine): Promise<number | void> {
  const loaded = await loadConfiguration(commandLine);
  const { config } = loaded;
  const { findProgram } = systemInfo();
  for (const warning of [...allWarnings(loaded), ...obstacles(loaded)]) {
    printToStderr(`warning: ${warning}`);
  }
  const inspector = config.admin === undefined ? "" : `\n${endpointUrl(config.admin)}\n  the inspector\n`;
  print(
    `${config.file} is valid\n${
      config.servers.map((server) => describeServer(server, config)).join("")
    }${inspector}`,
  );
  const gaps = await sandboxGaps(config, findProgram);
  if (gaps.length > 0) {
    print(
      `\nwhat the sandbox does not hold: a worker that was taken over could\n${gaps.map(asItem).join("")}`,
    );
  }
  if (commandLine.switches.has("connect")) return await tryBuckets(config);
}

/** PERF: what it takes is loaded when it is asked for. */
async function tryBuckets(config: Config): Promise<number | void> {
  const { lookAtBuckets } = await import("../supervisor/bucket_look.ts");
  const looks = await lookAtBuckets(config);
  const lines = looks.map(({ name, url, bucket, problem }) =>
    `  bucket ${name} at ${url}: ${problem ?? `"${bucket}" can be listed`}\n`
  );
  print(looks.length === 0 ? "\nno bucket is to be tried\n" : `\ntried\n${lines.join("")}`);
  if (looks.some(({ problem }) => problem !== undefined)) return FAILED;
}

const FAILED = 1;

/** What keeps a start here from serving it, which a start says itself. */
function obstacles(loaded: LoadedConfiguration): string[] {
  const lacksTls = loaded.config.servers.some(speaksTls) && !servesTls();
  return [...(lacksTls ? [NEEDS_NEWER_RUNTIME] : []), ...nameProblems(loaded)];
}

function asItem(text: string): string {
  return `  ${text}\n`;
}

function describeServer(server: ServerConfig, { buckets }: Config): string {
  const names = server.serverName.length > 0 ? ` (${server.serverName.join(", ")})` : "";
  const addresses = server.listen.map(endpointUrl).join(" ");
  const locations = [...server.locations, server.fallback].map((location) =>
    `  ${location === server.fallback ? "otherwise" : location.key}: ${describeLocation(location, buckets)}\n`
  );
  return `\n${addresses}${names}\n${describeCertificate(server)}${locations.join("")}`;
}

const DAY = 24 * 60 * 60 * 1000;

/** Whom the certificate is for, and how long it will do; empty where none is needed. */
function describeCertificate(server: ServerConfig): string {
  if (!speaksTls(server)) return "";
  const { sslCertificate, sslCertificateKey } = server;
  if (sslCertificate === undefined || sslCertificateKey === undefined) {
    return "  certificate: of the local authority, made and renewed by itself (webserv trust)\n";
  }
  const look = certificateLook(sslCertificate, sslCertificateKey);
  // What is wrong with it has been said.
  if (look === undefined || "problem" in look) return `  certificate: ${sslCertificate}\n`;
  const { names, notAfter, now } = look;
  const days = Math.max(0, Math.floor((notAfter - now) / DAY));
  return `  certificate: ${sslCertificate} for ${names.join(" ")}, ${
    days === 1 ? "1 day" : `${days} days`
  } left\n`;
}
