import { assert } from "@std/assert";
import { clock } from "../../lib/runtime/clock.ts";

Deno.test("after(0) lets what connections have received come first, however much work stands behind it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using server = await listener.accept();
  let turns = 0, isOver = false;
  const work = () => {
    turns++;
    const end = performance.now() + 1;
    while (performance.now() < end);
    if (!isOver) clock.after(0, work);
  };
  clock.after(0, work);
  const buffer = new Uint8Array(1);
  for (let i = 0; i < 10; i++) {
    await client.write(buffer);
    await server.read(buffer);
  }
  isOver = true;
  await new Promise<void>((resolve) => clock.after(2, resolve));
  // One or two; 60 where the turns wait for nothing.
  assert(turns < 20, `${turns} turns for 10 bytes`);
});
