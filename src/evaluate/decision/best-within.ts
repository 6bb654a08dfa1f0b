import type { ContactValue } from "./offer";

/** Customers of whom an offer pays and can be afforded, by their rows, and what their offers bring and cost. */
export class Candidates {
  readonly rows: Uint32Array;
  readonly offers: readonly ContactValue[];
  /** Of each candidate's best offer at the price last asked for, what it brings above that. */
  readonly gains: Float64Array;
  private readonly budget: number;

  constructor(offers: readonly ContactValue[], budget: number) {
    this.offers = offers;
    this.budget = budget;
    const customers = offers[0].profit.length;
    const any = (row: number): boolean => offers.some((_, offer) => this.may(row, offer));
    let size = 0;
    for (let row = 0; row < customers; row++) if (any(row)) size++;
    this.rows = new Uint32Array(size);
    for (let row = 0, at = 0; at < size; row++) if (any(row)) this.rows[at++] = row;
    this.gains = new Float64Array(size);
  }

  /** Whether the offer pays and can be afforded. */
  may(row: number, offer: number): boolean {
    const { profit, cost } = this.offers[offer];
    return profit[row] > 0 && !(cost[row] > this.budget);
  }

  gainOf(row: number, offer: number, price: number): number {
    const { profit, cost } = this.offers[offer];
    return profit[row] - price * cost[row];
  }

  /** The offer that brings a candidate most where money has a price. */
  bestAt(row: number, price: number): number {
    let best = -1;
    for (let offer = 0; offer < this.offers.length; offer++)
      if (
        this.may(row, offer) &&
        (best < 0 || this.gainOf(row, offer, price) > this.gainOf(row, best, price))
      )
        best = offer;
    return best;
  }
}

/** Customers chosen, one offer each, in an order. */
export class Chosen {
  readonly rows: Uint32Array;
  readonly offers: Uint32Array;
  length = 0;
  profit = 0;
  cost = 0;
  private readonly from: Candidates;

  constructor(from: Candidates, most: number) {
    this.from = from;
    const size = Math.min(most, from.rows.length);
    [this.rows, this.offers] = [new Uint32Array(size), new Uint32Array(size)];
  }

  add(row: number, offer: number): void {
    this.rows[this.length] = row;
    this.offers[this.length++] = offer;
    this.profit += this.from.offers[offer].profit[row];
    this.cost += this.from.offers[offer].cost[row];
  }
}

/** A choice of at most one offer a customer. */
export interface Choice {
  readonly chosen: Chosen;
  /** No choice within the limits brings more. */
  readonly bound: number;
  /** What one more unit of budget would bring; 0 where the budget does not bind. */
  readonly price: number;
}

/** Branch and bound gives up after so many nodes, or leaves be what has more customers undecided; the bound then says how far off the choice may be. */
const [mostNodes, mostOpen] = [300_000, 3000];

/** The choice of the highest profit at a cost of at most `budget` with at most `count` customers. */
export function bestWithin(candidates: Candidates, budget: number, count: number): Choice {
  const free = relaxed(candidates, 0, count);
  if (free.cost <= budget) return { chosen: chosenAt(candidates, free, count), bound: free.profit, price: 0 };
  // The dual is convex in the price of money: bisect where the spending crosses the budget.
  let low = 0;
  let high = 1;
  while (relaxed(candidates, high, count).cost > budget) high *= 2;
  let best = relaxed(candidates, high, count);
  let dual = best.dual(budget);
  for (let step = 0; step < 50 && high - low > 1e-12 * high; step++) {
    const price = (low + high) / 2;
    const at = relaxed(candidates, price, count);
    const bound = at.dual(budget);
    if (at.cost > budget) low = price;
    else high = price;
    if (bound < dual) dual = bound;
    if (at.cost <= budget) best = at;
  }
  const chosen = filled(candidates, best, budget, count);
  return {
    price: best.price,
    ...branched(candidates, best, chosen, { budget, count, bound: Math.max(dual, chosen.profit) }),
  };
}

interface Relaxed {
  readonly price: number;
  readonly profit: number;
  readonly cost: number;
  /** What one more customer would bring. */
  readonly place: number;
  /** The upper bound that this price gives for a budget. */
  dual(budget: number): number;
}

/** The best choice where money may be had without limit at `price`. */
function relaxed(candidates: Candidates, price: number, count: number): Relaxed {
  const { rows, gains, offers } = candidates;
  let paying = 0;
  for (let k = 0; k < rows.length; k++) {
    gains[k] = candidates.gainOf(rows[k], candidates.bestAt(rows[k], price), price);
    if (gains[k] > 0) paying++;
  }
  // Of more customers than may be contacted, those above the gain of the first one left out, and of its equals some.
  const place = paying > count ? largest(gains, count) : 0;
  let [profit, cost, sum] = [0, 0, 0];
  takenAt(candidates, { price, place }, count, (k, offer) => {
    profit += offers[offer].profit[rows[k]];
    cost += offers[offer].cost[rows[k]];
    sum += gains[k];
  });
  return { price, profit, cost, place, dual: (budget) => sum + (price > 0 ? price * budget : 0) };
}

/** Hands over the candidates that are taken at the gains last worked out, with their offers. */
function takenAt(
  candidates: Candidates,
  { price, place }: Pick<Relaxed, "price" | "place">,
  count: number,
  take: (k: number, offer: number) => void,
): void {
  const { rows, gains } = candidates;
  let equals = count;
  if (place > 0) for (const gain of gains) if (gain > place) equals--;
  for (let k = 0; k < rows.length; k++)
    if (gains[k] > place || (place > 0 && gains[k] === place && equals-- > 0))
      take(k, candidates.bestAt(rows[k], price));
}

/** The customers of a relaxed choice, with room for more; `taken` is told the places of those taken. */
function chosenAt(
  candidates: Candidates,
  { price }: Pick<Relaxed, "price">,
  count: number,
  taken?: Uint8Array,
): Chosen {
  const chosen = new Chosen(candidates, count);
  takenAt(candidates, relaxed(candidates, price, count), count, (k, offer) => {
    chosen.add(candidates.rows[k], offer);
    if (taken) taken[k] = 1;
  });
  return chosen;
}

/** The entry that `above` others are at least as large as: quickselect (Hoare, 1961). */
function largest(values: Float64Array, above: number): number {
  const v = values.slice();
  let [low, high] = [0, v.length - 1];
  while (low < high) {
    const pivot = v[(low + high) >> 1];
    let [i, j] = [low, high];
    while (i <= j) {
      while (v[i] > pivot) i++;
      while (v[j] < pivot) j--;
      if (i > j) break;
      [v[i], v[j]] = [v[j], v[i]];
      i++;
      j--;
    }
    if (above <= j) high = j;
    else if (above >= i) low = i;
    else break;
  }
  return v[above];
}

/** The relaxed choice with what still fits added, or the single best option where that brings more. */
function filled(candidates: Candidates, { price }: Relaxed, budget: number, count: number): Chosen {
  const { rows, offers } = candidates;
  const taken = new Uint8Array(rows.length);
  const all = chosenAt(candidates, { price }, count, taken);
  let left = budget - all.cost;
  let single = { row: 0, offer: -1, profit: -Infinity };
  // What still fits, by its candidate's place × offers + its offer's place.
  const others: number[] = [];
  for (let k = 0; k < rows.length; k++)
    for (let offer = 0; offer < offers.length; offer++) {
      const row = rows[k];
      if (!candidates.may(row, offer)) continue;
      const profit = offers[offer].profit[row];
      if (profit > single.profit) single = { row, offer, profit };
      if (!taken[k] && all.length < count && offers[offer].cost[row] <= left)
        others.push(k * offers.length + offer);
    }
  const placeOf = (one: number): number => Math.floor(one / offers.length);
  const gain = (one: number): number => candidates.gainOf(rows[placeOf(one)], one % offers.length, price);
  others.sort((a, b) => gain(b) - gain(a) || a - b);
  for (const one of others) {
    const [k, offer] = [placeOf(one), one % offers.length];
    const cost = offers[offer].cost[rows[k]];
    if (all.length >= count) break;
    if (cost > left || taken[k]) continue;
    all.add(rows[k], offer);
    taken[k] = 1;
    left -= cost;
  }
  if (count === 0 || single.profit <= all.profit) return all;
  const alone = new Chosen(candidates, 1);
  alone.add(single.row, single.offer);
  return alone;
}

interface Way {
  /** The offer's place; −1 for leaving the customer alone. */
  readonly offer: number;
  /** What it brings at the prices. */
  readonly gain: number;
}

interface Undecided {
  readonly row: number;
  /** What may be chosen, the best first. */
  readonly ways: readonly Way[];
}

/**
 * A better choice than `known` if there is one: at the prices of money and of a place, whatever loses more than the gap
 * between `known` and the bound can't be part of it; the rest is searched through.
 */
function branched(
  candidates: Candidates,
  { price, place, dual }: Relaxed,
  known: Chosen,
  limits: { readonly budget: number; readonly count: number; readonly bound: number },
): { chosen: Chosen; bound: number } {
  const { budget, count, bound } = limits;
  if (bound - known.profit <= 1e-12 * bound) return { chosen: known, bound };
  const { offers } = candidates;
  const gap = dual(budget) - known.profit;
  const fixed = new Chosen(candidates, candidates.rows.length);
  const open: Undecided[] = [];
  for (const row of candidates.rows) {
    const ways: Way[] = [{ offer: -1, gain: 0 }];
    for (let offer = 0; offer < offers.length; offer++)
      if (candidates.may(row, offer))
        ways.push({ offer, gain: candidates.gainOf(row, offer, price) - place });
    ways.sort((a, b) => b.gain - a.gain);
    const near = ways.filter((way) => way.gain >= ways[0].gain - gap);
    if (near.length > 1) open.push({ row, ways: near });
    else if (near[0].offer >= 0) fixed.add(row, near[0].offer);
    if (open.length > mostOpen) return { chosen: known, bound };
  }
  // Those whose ways differ most first: a wrong one is soon seen to be too poor.
  open.sort((a, b) => b.ways[0].gain - (b.ways[1]?.gain ?? 0) - (a.ways[0].gain - (a.ways[1]?.gain ?? 0)));
  const still = new Float64Array(open.length + 1);
  for (let k = open.length - 1; k >= 0; k--) still[k] = still[k + 1] + open[k].ways[0].gain;
  let best: (readonly [number, number])[] | undefined;
  let most = known.profit;
  let nodes = 0;
  const path: (readonly [number, number])[] = [];
  const places = count === Infinity ? 0 : place;
  const search = (k: number, profit: number, money: number, room: number): void => {
    if (++nodes > mostNodes) return;
    if (k === open.length) {
      if (profit > most) [best, most] = [[...path], profit];
      return;
    }
    const { row, ways } = open[k];
    for (const { offer } of ways) {
      const one = offer >= 0;
      const after = one
        ? {
            profit: profit + offers[offer].profit[row],
            money: money - offers[offer].cost[row],
            room: room - 1,
          }
        : { profit, money, room };
      if (after.money < -1e-9 * budget || after.room < 0) continue;
      const limit =
        after.profit + still[k + 1] + price * after.money + (places > 0 ? places * after.room : 0);
      if (limit <= most * (1 + 1e-12)) continue;
      if (one) path.push([row, offer]);
      search(k + 1, after.profit, after.money, after.room);
      if (one) path.pop();
    }
  };
  search(0, fixed.profit, budget - fixed.cost, count - fixed.length);
  for (const [row, offer] of best ?? []) fixed.add(row, offer);
  return { chosen: best ? fixed : known, bound: nodes > mostNodes ? bound : most };
}
