/**
 * A thread that runs a program by a launcher, and tells what it has printed or why it could not.
 *
 * @module
 */
self.addEventListener("message", (event) => {
  const { data } = event as MessageEvent<string>;
  const tell = (text: string) => (self as unknown as { postMessage(text: string): void }).postMessage(text);
  try {
    const { stdout } = new Deno.Command(data, { args: ["/bin/echo", "started"], stdin: "null" }).outputSync();
    tell(new TextDecoder().decode(stdout));
  } catch (error) {
    tell(String(error));
  }
});
