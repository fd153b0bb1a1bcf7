/**
 * Kills a server in the middle of uploads, has clients leave in the middle of theirs, and goes on with them, two hundred
 * times each: `deno run -A scripts/resumable_trials.ts [KILLS [CUTS [BYTES]]]`. Ends with an error if a byte is lost,
 * doubled or left over.
 *
 * @module
 */
import { tryUploads } from "../tests/e2e/resumable_trials.ts";

const [kills = 200, cuts = 100, size = 2_000_000] = Deno.args.map(Number);

const begun = performance.now();
const { killed, cut, uploads, anew, unheard, left, foundWhole, again, sent } = await tryUploads({
  kills,
  cuts,
  size,
  together: 3,
});
console.log(
  `${uploads} uploads of ${size} bytes in ${Math.round((performance.now() - begun) / 1000)} s: ` +
    `the server was killed ${killed} times, clients left ${cut} times; ${anew} had to begin anew since nobody ` +
    `had told where to go on, ${unheard} since nobody had told that they were whole; ` +
    `${foundWhole} were found to be whole; ${left} files wait for their expiry; ${
      (again / sent * 100).toFixed(1)
    } % of the bytes were sent again`,
);
