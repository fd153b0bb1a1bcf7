/**
 * The thread that compares passwords with hashes, which takes long on purpose: it has no permission at all, and one job at a
 * time.
 *
 * @module
 */
import { verify } from "../access/verify.ts";

/** What it is asked. */
export interface LoginJob {
  readonly password: string;
  readonly hash: string;
}

const thread = self as unknown as {
  postMessage(isRight: boolean): void;
  onmessage: ((event: MessageEvent<LoginJob>) => void) | null;
};

thread.onmessage = ({ data: { password, hash } }) => thread.postMessage(verify(password, hash));
