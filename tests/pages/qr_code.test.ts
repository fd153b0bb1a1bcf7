import { assertEquals } from "@std/assert";
import { qrCode } from "../../lib/pages/qr_code.ts";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { hasBrowser, startBrowser } from "../support/browser.ts";

const zbarimg = findProgram("zbarimg", "/usr/bin:/bin");

Deno.test({
  name: "a QR code is read as the text that it was made of",
  ignore: zbarimg === undefined || !hasBrowser(),
  async fn() {
    await using browser = await startBrowser();
    const { page } = await browser.open({ viewport: { width: 400, height: 400 }, colorScheme: "dark" });
    const file = await Deno.makeTempFile({ suffix: ".png" });
    try {
      for (
        const text of ["http://192.168.1.20:8443/.webserv/ca", `http://${"x".repeat(200)}.local/.webserv/ca`]
      ) {
        // As the page shows it.
        await page.setContent(`<style>body{background:#000}svg{width:168px}</style>${await qrCode(text)}`);
        await page.screenshot({ path: file, scale: "css" });
        const { stdout } = await new Deno.Command(zbarimg!, { args: ["-q", "--raw", file], stderr: "null" })
          .output();
        assertEquals(new TextDecoder().decode(stdout).trim(), text);
      }
    } finally {
      await Deno.remove(file);
    }
  },
});
