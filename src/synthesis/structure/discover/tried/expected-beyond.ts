import { countBelow, countUpTo } from "../../../../core/math/sorted";

/** The last so many rows show whether they thin out towards the end … */
const leastLast = 25;
/** … and so many of them, twice and four times as many. */
const mostLast = 128;
/** By so many standard deviations they may look as if they did. */
const doubt = 1.7;

/**
 * How many of `own` values, some of `all` (both ascending), would lie beyond `end`, where none does, were they to go on as they do before
 * it; 0 where they get fewer towards it, as those of any smooth distribution do. Counted in places among all values, so that what all have
 * less of says nothing: under a sharp end they lie evenly there, whose density's exponent is 1 (the likelihood of x^(a − 1), a Pareto
 * tail's turned around). Beyond it as many are expected as the last half of them lets expect of the same width, with the slope of the
 * halves and a standard deviation off either.
 */
export function expectedBeyond(own: Float64Array, all: Float64Array, end: number): number {
  const edge = countUpTo(all, end);
  const room = all.length - edge;
  if (room === 0 || own.length < leastLast) return 0;
  const places = placesAmong(own, all);
  let most = 0;
  for (let last = own.length; ; last = Math.max(leastLast, Math.ceil(last / 2))) {
    const from = own.length - last;
    const start = from > 0 ? places[from - 1] : countBelow(all, own[0]);
    const width = edge - start;
    let [logs, near] = [0, 0];
    for (let k = from; k < own.length; k++) {
      const away = (edge - places[k]) / width;
      logs -= Math.log(Math.min(1, Math.max(away, 1e-12)));
      if (away < 0.5) near++;
    }
    const thins = (last / logs - 1) * Math.sqrt(last) > doubt;
    if (thins && (last <= mostLast || last === leastLast)) return 0;
    const least = Math.max(0, near - Math.sqrt(near));
    const before = Math.max(least, last - near + Math.sqrt(last - near));
    if (!thins) most = Math.max(most, (least ** 2 / before) * Math.min(1, (2 * room) / width));
    if (last === leastLast) return most;
  }
}

/** Where values lie among all: those that are equal evenly over the places of theirs. */
function placesAmong(own: Float64Array, all: Float64Array): Float64Array {
  const places = new Float64Array(own.length);
  for (let from = 0, to = 0; from < own.length; from = to) {
    while (to < own.length && own[to] === own[from]) to++;
    const [low, high] = [countBelow(all, own[from]), countUpTo(all, own[from])];
    for (let k = from; k < to; k++) places[k] = low + ((high - low) * (k - from + 0.5)) / (to - from);
  }
  return places;
}
