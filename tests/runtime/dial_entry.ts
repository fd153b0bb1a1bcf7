/**
 * Dials what it is told to, in a thread with the permissions that dial.test.ts gives it.
 *
 * @module
 */
import { SystemDialer } from "../../lib/runtime/dial.ts";
import { DialError, type DialOptions, type UpstreamAddress } from "../../lib/ports.ts";

/** What is to be dialled. */
export interface DialOrder {
  readonly address: UpstreamAddress;
  readonly options: DialOptions;
  readonly authorities: readonly string[];
}

declare const self: Worker & { onmessage: (event: MessageEvent<DialOrder[]>) => void };

self.onmessage = async ({ data }) => {
  const outcomes: string[] = [];
  for (const { address, options, authorities } of data) {
    try {
      (await new SystemDialer({ authorities }).connect(address, options)).close();
      outcomes.push("connected");
    } catch (error) {
      outcomes.push(error instanceof DialError ? error.problem : String(error));
    }
  }
  self.postMessage(outcomes);
};
