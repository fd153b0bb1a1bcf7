/**
 * The keeper of uploads that are gone on with, loaded once there is one.
 *
 * @module
 */
import type { TopicAnswerer } from "./questions.ts";
import type { UploadKeeper, UploadKeeperOptions } from "./upload_keeper.ts";

/** Owns the keeper. */
export class LazyUploads implements TopicAnswerer {
  #keeper: Promise<UploadKeeper> | undefined;
  #stopped = false;

  constructor(readonly options: UploadKeeperOptions) {}

  async answer(text: string, worker: number): Promise<string | undefined> {
    return await (await this.#load()).answer(text, worker);
  }

  gone(worker: number): void {
    void this.#keeper?.then((keeper) => keeper.gone(worker));
  }

  /** A file of an upload has been found in a store. */
  found(folder: string, name: string): void {
    void this.#load().then((keeper) => keeper.found(folder, name));
  }

  /** Removes nothing more. */
  stop(): void {
    this.#stopped = true;
    void this.#keeper?.then((keeper) => keeper.stop());
  }

  #load(): Promise<UploadKeeper> {
    return this.#keeper ??= import("./upload_keeper.ts").then(({ UploadKeeper }) => {
      const keeper = new UploadKeeper(this.options);
      if (this.#stopped) keeper.stop();
      return keeper;
    });
  }
}
