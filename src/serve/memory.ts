import { garbageCollection } from "../core/garbage";

/** So long without an answer is rest, in milliseconds. */
const restMs = 10_000;

/** Fewer answers than this since the last time leave nothing worth a collection's 50 ms. */
const leastAnswers = 1000;

/**
 * What to call after each answer. V8 collects where it allocates, so that after a busy hour a server at rest would keep
 * all that the hour took: the first rest after a thousand answers collects once.
 */
export function collectAtRest(
  collect: () => void = garbageCollection(),
  { rest = restMs, least = leastAnswers } = {},
): () => void {
  let answers = 0;
  const timer = setTimeout(() => {
    if (answers < least) return;
    answers = 0;
    collect();
  }, rest).unref();
  return () => {
    answers++;
    timer.refresh();
  };
}
