/**
 * In the place of the admin's thread: does each time something else that no inspector does. Which time it is it has from
 * the number of places, of which its test makes one more at each question for them.
 *
 * @module
 */
import type { ToAdmin } from "../../lib/supervisor/admin_messages.ts";

const thread = self as unknown as {
  postMessage(message: unknown, ports?: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToAdmin>) => void) | null;
};

thread.onmessage = ({ data }) => {
  if (data.type === "metrics") return thread.postMessage({ type: "kill", pid: 1 });
  if (data.type !== "start") return;
  thread.postMessage({ type: "ready" });
  switch (data.start.metrics.places.length) {
    case 1:
      // Until it is committed, which the second places tell.
      return;
    case 3:
      for (let i = 0; i < 5000; i++) thread.postMessage({ type: "ready" });
      return;
    case 4:
      throw new Error("\x1b[2Jhi");
    case 5:
      return thread.postMessage({ type: "ready" }, [new MessageChannel().port1]);
  }
};
