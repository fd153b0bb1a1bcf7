/**
 * The formula for Homebrew: https://docs.brew.sh/Formula-Cookbook
 *
 * @module
 */
import type { Target } from "../compile/plan.ts";
import {
  DESCRIPTION,
  type Download,
  downloadOf,
  executableOf,
  HOMEPAGE,
  LICENCE,
  type Release,
} from "./release.ts";

const SYSTEMS: readonly (readonly [string, readonly (readonly [string, Target])[]])[] = [
  ["macos", [["arm", "aarch64-apple-darwin"], ["intel", "x86_64-apple-darwin"]]],
  ["linux", [["arm", "aarch64-unknown-linux-gnu"], ["intel", "x86_64-unknown-linux-gnu"]]],
];

/** What the formula takes: without one of these it would have holes. */
export const HOMEBREW_TARGETS: readonly Target[] = SYSTEMS.flatMap(([, machines]) =>
  machines.map(([, target]) => target)
);

/** webserv.rb, for the executables that the release has. */
export function homebrewFormula(release: Release): string {
  const manual = downloadOf(release, "webserv.1");
  return `class Webserv < Formula
  desc "${DESCRIPTION}"
  homepage "${HOMEPAGE}"
  version "${release.version}"
  license "${LICENCE}"

${SYSTEMS.map(([system, machines]) => systemBlock(release, system, machines)).join("")}${
    manual ? `  resource "manual" do\n${source(manual, 4)}  end\n\n` : ""
  }  def install
    bin.install Dir["webserv-*"].first => "webserv"
    chmod 0755, bin/"webserv"
${manual ? `    resource("manual").stage { man1.install "webserv.1" }\n` : ""}\
    generate_completions_from_executable(bin/"webserv", "completions", shells: [:bash, :zsh, :fish])
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/webserv --version")
    (testpath/"index.html").write "found"
    assert_match "index.html", shell_output("#{bin}/webserv explain http://localhost:8080/index.html")
  end
end
`;
}

function systemBlock(release: Release, system: string, machines: readonly (readonly [string, Target])[]) {
  const blocks = machines.flatMap(([machine, target]) => {
    const download = executableOf(release, target);
    return download ? [`    on_${machine} do\n${source(download, 6)}    end\n`] : [];
  });
  return blocks.length === 0 ? "" : `  on_${system} do\n${blocks.join("")}  end\n\n`;
}

function source({ url, sha256 }: Download, indent: number): string {
  const space = " ".repeat(indent);
  return `${space}url "${url}"\n${space}sha256 "${sha256}"\n`;
}
