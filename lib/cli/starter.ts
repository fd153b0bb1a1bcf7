/**
 * What `webserv init` writes.
 *
 * @module
 */

/** A file of the starter. */
export interface StarterFile {
  readonly name: string;
  readonly text: string;
  readonly executable: boolean;
}

export const STARTER: readonly StarterFile[] = [
  {
    name: "webserv.yaml",
    executable: false,
    text: `# What webserv serves. Check it with: webserv check
servers:
  - listen: 8080 # on this machine only; "0.0.0.0:8080" is for everybody
    root: site
    index: [index.html]
    locations:
      /cgi-bin/: { alias: cgi-bin, cgi_only: on, cgi: { .sh: sh, .py: python3, .php: php-cgi } }
      # /files/: { upload_store: files, client_max_body_size: 100M, autoindex: on }
      # /old: { return: 301 /new }
`,
  },
  {
    name: "site/index.html",
    executable: false,
    text: `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>It works</title>
<style>
  :root { color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif }
  body { max-width: 34rem; margin: 15vh auto; padding: 0 1.25rem }
</style>
<h1>It works</h1>
<p>This is <code>site/index.html</code>. Change it and load the page again.</p>
<p>And <a href="/cgi-bin/hello.sh">this</a> is a program.</p>
</html>
`,
  },
  {
    name: "cgi-bin/hello.sh",
    executable: true,
    text: `#!/bin/sh
# A CGI program: fields, an empty line, the content.
printf 'Content-Type: text/plain; charset=utf-8\\n\\n'
printf 'Hello from a program. You asked with %s.\\n' "$REQUEST_METHOD"
`,
  },
];
