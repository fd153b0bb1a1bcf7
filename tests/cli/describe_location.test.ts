import { assertEquals } from "@std/assert";
import { describeLocation } from "../../lib/cli/describe_location.ts";
import { decodeConfig } from "../../lib/config/decode.ts";

Deno.test("describeLocation() shows variables of the request apart from texts that look like them", () => {
  const describe = (written: string) => {
    const text = `servers: [{ root: ., locations: { /a: { ${written} } } }]`;
    const { config, issues } = decodeConfig(text, "/site/webserv.yaml", undefined, () => "a&b=$uri");
    return config ? describeLocation(config.servers[0]!.locations[0]!) : issues[0]!.message;
  };
  for (
    const [written, shown] of [
      ['return: "301 /x?${T}"', "return 301 /x?a&b=$$uri [GET HEAD]"],
      ['return: "301 /x?${T}&$args"', "return 301 /x?a&b=$$uri&$args [GET HEAD]"],
      ['return: "301 /x$$uri"', "return 301 /x$$uri [GET HEAD]"],
      ['return: "301 /x$uri"', "return 301 /x$uri [GET HEAD]"],
      ['return: "301 http://$remote_addr/5$"', "return 301 http://$remote_addr/5$ [GET HEAD]"],
      ['try_files: ["${uri}", "/x$$uri"]', "files of /site, try $uri /x$$uri [GET HEAD]"],
      ['try_files: ["${uri}.html", "/x?${T}"]', "files of /site, try $uri.html /x?a&b=$$uri [GET HEAD]"],
      ['try_files: ["$uri/", "/x/${uri}x"]', "files of /site, try $uri/ /x/${uri}x [GET HEAD]"],
    ] as const
  ) assertEquals(describe(written), shown, written);
});
