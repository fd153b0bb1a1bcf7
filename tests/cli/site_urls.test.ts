import { assertEquals } from "@std/assert";
import { siteUrls } from "../../lib/cli/site_urls.ts";
import { configOf } from "../supervisor/support.ts";

const urls = (yaml: string, ...folders: string[]) => siteUrls(configOf(yaml), () => folders);

Deno.test("siteUrls() has the addresses of folders whose names can be a host's", () => {
  const yaml =
    'servers: [{ listen: [8080, "8443 ssl"], server_name: "*.localhost", root: sites/$host_label }]';
  assertEquals(urls(yaml, "shop", "Blog", ".git", "a b", "x.y", "api"), [
    "https://api.localhost:8443/",
    "https://shop.localhost:8443/",
  ]);
  assertEquals(urls(yaml), ["https://NAME.localhost:8443/"]);
});

Deno.test("siteUrls() knows what is put around a label, and all servers that have one", () => {
  const yaml = `servers:
  - { server_name: "*.localhost", root: "a/x-$\${host_label}_y/public" }
  - { listen: 0.0.0.0:8081, server_name: "*.localhost", root: b, locations: { /up/: { upload_store: b/$host_label } } }
`;
  assertEquals(urls(yaml, "x-one_y", "two", "x-.y"), [
    "http://one.localhost:8080/",
    "http://two.localhost:8081/",
    "http://x-one_y.localhost:8081/",
  ]);
});

Deno.test("siteUrls() is nothing where no folder is a site, or none that this machine can open", () => {
  assertEquals(urls("servers: [{ server_name: '*.localhost', root: a }]", "x"), undefined);
  assertEquals(urls("servers: [{ server_name: '*.a.test', root: a/$host_label }]", "x"), undefined);
  assertEquals(
    urls("servers: [{ listen: 192.0.2.1:80, server_name: '*.localhost', root: a/$host_label }]", "x"),
    undefined,
  );
});
