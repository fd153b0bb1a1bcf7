/**
 * The main thread's part of live reload: watches what pages are made of, has a build made where one is asked for, and says
 * what pages are to be told. Loaded where a configuration has live reload on.
 *
 * @module
 */
import type { Config } from "../config/types.ts";
import type { ErrorLog, LiveEvent } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { isSmallTree } from "../runtime/small_tree.ts";
import { streamFiles } from "../runtime/stream_files.ts";
import { TreeWatch } from "../runtime/tree_watch.ts";
import { LiveBuild, type LiveBuildPlan } from "./live_build.ts";
import { liveTrees } from "./live_trees.ts";

/** PERF: so many entries are watched within a few milliseconds. */
const SMALL = 2000;

/** What takes longer begins so long after the server, in milliseconds. */
const DELAY = 200;

/** What it is made over. */
export interface LiveWatchOptions {
  tell(event: LiveEvent): void;
  errorLog(): ErrorLog;
  /** Undefined where there is nothing to be done before pages are told. */
  readonly build: LiveBuildPlan | undefined;
}

/** Owns the watchers and the build; stop() ends them. */
export class LiveWatch {
  readonly #watch: TreeWatch;
  readonly #build: LiveBuild | undefined;
  readonly #folders: readonly string[];
  readonly #tell: (event: LiveEvent) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ tell, errorLog, build }: LiveWatchOptions) {
    this.#build = build && new LiveBuild(build, tell, errorLog);
    this.#folders = build?.folders ?? [];
    this.#tell = tell;
    this.#watch = new TreeWatch({
      changed: (change) => {
        if (this.#build === undefined) tell({ type: "change", ...change });
        else this.#build.changed(change);
      },
      warning: (text) => errorLog().warning(text),
    }, clock);
  }

  /** Watches what a configuration is made of; nothing where no page of it loads itself anew. */
  configure(config: Config): void {
    const { paths, ignored } = liveTrees(config, this.#folders);
    const trees = { paths, ignored: [...ignored, ...streamFiles()] };
    clearTimeout(this.#timer);
    const isSmall = paths.every((path) => isSmallTree(path, SMALL));
    if (isSmall) return this.#watch.watch(trees);
    // Behind the start, which nobody is to wait for.
    this.#timer = setTimeout(() => this.#watch.watch(trees), DELAY);
  }

  /** Whatever is served may be served otherwise from now on, and nothing is to be built for that. */
  touch(): void {
    this.#tell({ type: "change", paths: [], time: clock.now() });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#watch.close();
    await this.#build?.stop();
  }
}
