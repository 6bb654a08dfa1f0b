/** A customer and an offer: what contacting the one with the other brings and costs. */
export interface Option {
  readonly row: number;
  readonly offer: number;
  readonly profit: number;
  readonly cost: number;
}

/** A choice of at most one option a customer. */
export interface Choice {
  readonly chosen: readonly Option[];
  /** No choice within the limits brings more. */
  readonly bound: number;
  /** What one more unit of budget would bring; 0 where the budget does not bind. */
  readonly price: number;
}

/** Branch and bound gives up after so many nodes; the bound then says how far off the choice may be. */
const mostNodes = 300_000;

/** The choice of the highest profit at a cost of at most `budget` with at most `count` customers. */
export function bestWithin(options: readonly (readonly Option[])[], budget: number, count: number): Choice {
  const free = relaxed(options, 0, count);
  if (free.cost <= budget) return { chosen: free.chosen, bound: free.profit, price: 0 };
  // The dual is convex in the price of money: bisect where the spending crosses the budget.
  let low = 0;
  let high = 1;
  while (relaxed(options, high, count).cost > budget) high *= 2;
  let best = { price: high, ...relaxed(options, high, count) };
  let dual = best.dual(budget);
  for (let step = 0; step < 50 && high - low > 1e-12 * high; step++) {
    const price = (low + high) / 2;
    const at = relaxed(options, price, count);
    const bound = at.dual(budget);
    if (at.cost > budget) low = price;
    else high = price;
    if (bound < dual) dual = bound;
    if (at.cost <= budget) best = { price, ...at };
  }
  const chosen = filled(options, best, budget, count);
  const profit = profitOf(chosen);
  return {
    price: best.price,
    ...branched(options, best, chosen, { budget, count, bound: Math.max(dual, profit) }),
  };
}

interface Relaxed {
  readonly chosen: readonly Option[];
  readonly profit: number;
  readonly cost: number;
  /** What one more customer would bring. */
  readonly place: number;
  /** The upper bound that this price gives for a budget. */
  dual(budget: number): number;
}

/** The best choice where money may be had without limit at `price`. */
function relaxed(options: readonly (readonly Option[])[], price: number, count: number): Relaxed {
  const gains = new Float64Array(options.length);
  let paying = 0;
  for (let k = 0; k < options.length; k++) {
    const option = bestAt(options[k], price);
    gains[k] = option.profit - price * option.cost;
    if (gains[k] > 0) paying++;
  }
  // Of more customers than may be contacted, those above the gain of the first one left out, and of its equals some.
  const place = paying > count ? largest(gains, count) : 0;
  let equals = count;
  if (place > 0) for (const gain of gains) if (gain > place) equals--;
  const chosen: Option[] = [];
  let [profit, cost, sum] = [0, 0, 0];
  for (let k = 0; k < options.length; k++) {
    if (!(gains[k] > place || (place > 0 && gains[k] === place && equals-- > 0))) continue;
    const option = bestAt(options[k], price);
    chosen.push(option);
    profit += option.profit;
    cost += option.cost;
    sum += gains[k];
  }
  return { chosen, profit, cost, place, dual: (budget) => sum + (price > 0 ? price * budget : 0) };
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

function bestAt(own: readonly Option[], price: number): Option {
  let best = own[0];
  if (own.length === 1) return best;
  for (const option of own)
    if (option.profit - price * option.cost > best.profit - price * best.cost) best = option;
  return best;
}

/** The relaxed choice with what still fits added, or the single best option where that brings more. */
function filled(
  options: readonly (readonly Option[])[],
  { chosen, price }: Relaxed & { readonly price: number },
  budget: number,
  count: number,
): Option[] {
  const all = [...chosen];
  const rows = new Set(all.map((option) => option.row));
  let left = budget - all.reduce((sum, option) => sum + option.cost, 0);
  const others = options.filter((own) => !rows.has(own[0].row)).flat();
  others.sort((a, b) => b.profit - price * b.cost - (a.profit - price * a.cost) || a.row - b.row);
  for (const option of others) {
    if (all.length >= count) break;
    if (option.cost > left || rows.has(option.row)) continue;
    all.push(option);
    rows.add(option.row);
    left -= option.cost;
  }
  const single = count > 0 ? options.flat().reduce((a, b) => (b.profit > a.profit ? b : a)) : undefined;
  return single && single.profit > profitOf(all) ? [single] : all;
}

interface Undecided {
  /** What may be chosen, undefined for leaving the customer alone, with its gain at the prices. */
  readonly ways: readonly { readonly one: Option | undefined; readonly gain: number }[];
}

/**
 * A better choice than `known` if there is one: at the prices of money and of a place, whatever loses more than the gap
 * between `known` and the bound can't be part of it; the rest is searched through.
 */
function branched(
  options: readonly (readonly Option[])[],
  { price, place, dual }: Relaxed & { readonly price: number },
  known: readonly Option[],
  limits: { readonly budget: number; readonly count: number; readonly bound: number },
): { chosen: readonly Option[]; bound: number } {
  const { budget, count, bound } = limits;
  if (bound - profitOf(known) <= 1e-12 * bound) return { chosen: known, bound };
  const gap = dual(budget) - profitOf(known);
  const fixed: Option[] = [];
  const open: Undecided[] = [];
  for (const own of options) {
    const ways = [
      { one: undefined, gain: 0 },
      ...own.map((option) => ({ one: option, gain: option.profit - price * option.cost - place })),
    ].sort((a, b) => b.gain - a.gain);
    const near = ways.filter((way) => way.gain >= ways[0].gain - gap);
    if (near.length > 1) open.push({ ways: near });
    else if (near[0].one) fixed.push(near[0].one);
  }
  if (open.length > 3000) return { chosen: known, bound };
  // Those whose ways differ most first: a wrong one is soon seen to be too poor.
  open.sort((a, b) => b.ways[0].gain - (b.ways[1]?.gain ?? 0) - (a.ways[0].gain - (a.ways[1]?.gain ?? 0)));
  const still = new Float64Array(open.length + 1);
  for (let k = open.length - 1; k >= 0; k--) still[k] = still[k + 1] + open[k].ways[0].gain;
  let best = known;
  let most = profitOf(known);
  let nodes = 0;
  const path: Option[] = [];
  const places = count === Infinity ? 0 : place;
  const search = (k: number, profit: number, money: number, room: number): void => {
    if (++nodes > mostNodes) return;
    if (k === open.length) {
      if (profit > most) [best, most] = [[...fixed, ...path], profit];
      return;
    }
    for (const { one } of open[k].ways) {
      const after = one
        ? { profit: profit + one.profit, money: money - one.cost, room: room - 1 }
        : { profit, money, room };
      if (after.money < -1e-9 * budget || after.room < 0) continue;
      const limit =
        after.profit + still[k + 1] + price * after.money + (places > 0 ? places * after.room : 0);
      if (limit <= most * (1 + 1e-12)) continue;
      if (one) path.push(one);
      search(k + 1, after.profit, after.money, after.room);
      if (one) path.pop();
    }
  };
  const spent = fixed.reduce((sum, option) => sum + option.cost, 0);
  search(0, profitOf(fixed), budget - spent, count - fixed.length);
  return { chosen: best, bound: nodes > mostNodes ? bound : most };
}

function profitOf(chosen: readonly Option[]): number {
  return chosen.reduce((sum, option) => sum + option.profit, 0);
}
