/**
 * What the page asks of the server: records, replays, and the stream of what comes.
 *
 * @module
 */

/**
 * Asks for JSON.
 *
 * @param patience in milliseconds
 * @throws {Error} with words for people
 */
export async function askFor(path, options = {}, patience = 20_000) {
  let answer, text;
  try {
    answer = await fetch(path, {
      cache: "no-store",
      signal: AbortSignal.timeout(patience),
      credentials: "same-origin",
      ...options,
      headers: { Accept: "application/json", ...options.headers },
    });
    text = await answer.text();
  } catch {
    throw new Error("The inspector does not answer. Perhaps the server has ended.");
  }
  if (answer.status === 401) {
    throw new Error("The server has been started again. Its terminal has the new address of this page.");
  }
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error(`The inspector answered ${answer.status}.`);
  }
  if (!answer.ok) {
    throw new Error(
      content?.advice ?? content?.hint ?? content?.error ?? `The inspector answered ${answer.status}.`,
    );
  }
  return content;
}

/** One record, with its passwords or without. A request that has only just ended may not be there at once. */
export async function askForRecord(id, withSecrets, tries = 1) {
  for (let left = tries;; left--) {
    try {
      return await askFor(`requests/${id}${withSecrets ? "?secrets=1" : ""}`);
    } catch (error) {
      if (left <= 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * Follows the requests: first those that are kept, then each as it comes. A page that nobody sees lets go of its stream
 * and asks for what it has missed when it is seen again, since a browser has few connections to one address.
 *
 * @param list takes summaries by `add()`, and knows the `last` id
 * @param tell gets what to say of the connection: `live`, `lost` or `over`, and words
 */
export function follow(list, tell) {
  let source, timer, pause = 500;
  const open = () => {
    source?.close();
    source = new EventSource(`events?since=${list.last}`);
    source.addEventListener("open", () => {
      pause = 500;
      tell("live", "Live");
    });
    source.addEventListener("request", ({ data }) => list.add([JSON.parse(data)]));
    source.addEventListener("error", lost);
  };
  const lost = async () => {
    source.close();
    clearTimeout(timer);
    tell("lost", "The server does not answer. Trying again …");
    try {
      await askFor(`requests?since=${list.last}&status=999`);
    } catch (error) {
      tell("lost", error.message);
    }
    if (document.hidden) return;
    timer = setTimeout(open, pause);
    pause = Math.min(pause * 2, 10_000);
  };
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) source.close();
    else open();
  });
  open();
}
