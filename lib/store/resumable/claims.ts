/**
 * Who works on an upload: one request at a time in all threads. A newer request ends the older one
 * (draft-ietf-httpbis-resumable-upload-12, section 4.6), since its client has given that up, or will never be answered.
 *
 * @module
 */
import type { MainThread } from "../../ports.ts";

/** An upload that is over, for whoever asks for it later. */
export interface FinishedUpload {
  readonly path: string;
  readonly user: string | undefined;
  /** Bytes of all of it. */
  readonly length: number;
}

/** What becomes of a claim. */
export type Claimed =
  /** It is ours. Whoever has it gives it back. */
  | Claim
  /** It was finished some time ago. */
  | FinishedUpload
  /** Whoever has it does not give it back, or nobody can say who that is. */
  | "busy"
  /** A newer request wants it as well. */
  | "superseded"
  /** There are too many unfinished ones. */
  | "full";

/** An upload that one request works on. */
export class Claim {
  /** Called once if a newer request wants it. */
  onEnded: (() => void) | undefined;
  isEnded = false;
  readonly #claims: UploadClaims;

  constructor(claims: UploadClaims, readonly number: number) {
    this.#claims = claims;
  }

  /** A newer request wants it. */
  end(): void {
    this.isEnded = true;
    this.onEnded?.();
  }

  /**
   * Gives it back.
   *
   * @param outcome `kept`: it can be gone on with; `gone`: there is nothing left of it; else it is finished, and notes
   *   that are left of it are removed
   */
  release(outcome: "kept" | "gone" | FinishedUpload): void {
    this.#claims.release(this, outcome);
  }
}

/** One thread's view of who works on which upload; the main thread knows of all. */
export class UploadClaims {
  readonly #main: MainThread;
  readonly #held = new Map<number, Claim>();
  readonly #heard: () => void;
  /** What is given back, and has not been taken yet: while too much is asked nothing is. */
  #owed: string[] = [];

  constructor(main: MainThread) {
    this.#main = main;
    this.#heard = main.listen("uploads", (text) => {
      const { end } = JSON.parse(text) as { readonly end: number };
      this.#held.get(end)?.end();
    });
  }

  /** A new one, of which nobody knows yet. @param folder where it lies @param expires in milliseconds */
  begin(id: string, folder: string, expires: number): Promise<Claimed> {
    return this.#ask({ type: "begin", id, folder, expires });
  }

  /** One that was begun before, or never was: then nobody knows where it lies. */
  claim(id: string, lies?: { readonly folder: string; readonly expires: number }): Promise<Claimed> {
    return this.#ask({ type: "claim", id, ...lies });
  }

  /** See Claim. */
  release(claim: Claim, outcome: Parameters<Claim["release"]>[0]): void {
    this.#held.delete(claim.number);
    const how = typeof outcome === "string" ? { outcome } : { outcome: "finished", finished: outcome };
    this.#owed.push(JSON.stringify({ type: "release", claim: claim.number, ...how }));
    void this.#giveBack();
  }

  /** PERF: all at once, since the answer to them is nothing that anybody waits for. */
  async #giveBack(): Promise<void> {
    const owed = this.#owed;
    this.#owed = [];
    await Promise.all(owed.map(async (text) => {
      if (await this.#main.ask("uploads", text) === undefined) this.#owed.push(text);
    }));
  }

  /** Hears no more. */
  close(): void {
    this.#heard();
  }

  async #ask(question: Readonly<Record<string, string | number>>): Promise<Claimed> {
    const answer = await this.#main.ask("uploads", JSON.stringify(question));
    void this.#giveBack();
    if (answer === undefined) return "busy";
    const { claim, finished, state } = JSON.parse(answer) as ClaimAnswer;
    if (claim === undefined) return finished ?? state ?? "busy";
    const held = new Claim(this, claim);
    this.#held.set(claim, held);
    return held;
  }
}

/** What the main thread answers. */
export interface ClaimAnswer {
  readonly claim?: number;
  readonly finished?: FinishedUpload;
  readonly state?: "busy" | "superseded" | "full";
}
