import { percent } from "../../../core/format";
import { type Column, columnNamed, isCategorical, type Table } from "../../../data/table";
import { fewestUnits } from "../../../synthesis/relational/units";
import { usualMinCount } from "../../../synthesis/structure/discover/discover";

/** What holds in all real rows that share a value of one column, as the rows of a customer, and not in those made. */
export interface TornUnit {
  readonly unit: string;
  readonly column: string;
  /** "same": the column is the same in all of them; "once": no two have the same. */
  readonly what: "same" | "once";
  /** The share of the synthetic rows of which it is not so. */
  readonly share: number;
  /** How many values the unit has, and how many rows each of them on average, and of the column. */
  readonly units: number;
  readonly each: number;
  readonly beside: number;
}

/** A unit has so many values, each of so many rows on average; and rows made may be off in this share. */
const [leastUnits, leastEach, mostOff] = [10, 1.5, 0.05];
/** Of more rows on average a person or thing is a category, of which what is alike follows. */
const fewEach = 20;
/** So many rows would break it by chance, were the columns not bound to each other. */
const leastExpected = 20;
/** What a unit has once each unit has much of: so much of all pairs is there. */
const leastFilled = 0.1;
/** By so many rows of either table it is found, side by side as they stand: those of one unit often do. */
const mostRows = 5000;
/** So many units are named. */
const mostNamed = 3;

/**
 * The columns that all rows of a unit have alike, or each once, in the real rows alone. A unit is named by texts, or by whole
 * numbers whose rows stand together or have something once: what an amount tells is no unit's.
 */
export function tornUnits(real: Table, synthetic: Table): readonly TornUnit[] {
  const own = real.columns.map((column) => placesOf(column, mostRows));
  // What the first rows have is looked up in all of them.
  const whole = new Map(real.rows > mostRows ? [] : own.map((one) => [one.name, one]));
  const inAll = (name: string): Places => {
    const found = whole.get(name) ?? placesOf(columnNamed(real, name), real.rows);
    whole.set(name, found);
    return found;
  };
  const there = new Map(synthetic.columns.map((column) => [column.name, placesOf(column, mostRows)]));
  const found = own.flatMap((unit): TornUnit[] => {
    if (!isUnit(unit)) return [];
    const some = own.flatMap((other): TornUnit[] => {
      const [units, cells] = [there.get(unit.name), there.get(other.name)];
      if (other === unit || !units || !cells) return [];
      const what = boundBy(unit, other);
      // Of more rows each unit would have to have something twice: there are as many of each as of real ones.
      const rows = Math.min(
        units.codes.length,
        Math.ceil((unit.known / unit.sizes.length) * units.sizes.length),
      );
      const share = what ? offIn(units, cells, what, rows, rows) / rows : 0;
      if (!what || share <= mostOff) return [];
      const all = [unit, other].map(({ name }) => inAll(name));
      if (offIn(all[0], all[1], what, 1) > 0) return [];
      const [each, beside] = all.map((one) => one.known / one.sizes.length);
      return [{ unit: unit.name, column: other.name, what, share, units: all[0].sizes.length, each, beside }];
    });
    const surely = unit.together || some.some(({ what }) => what === "once");
    return surely ? some : [];
  });
  const says = (unit: string, column: string, what: TornUnit["what"]): boolean =>
    found.some((one) => one.unit === unit && one.column === column && one.what === what);
  // What a region has alike its countries have, too; of two that are each other's unit the first will do.
  return found.filter(({ unit, column, what }, k) => {
    const before = (other: string): boolean => found.findIndex((one) => one.unit === other) < k;
    if (what === "once" && says(column, unit, "once") && before(column)) return false;
    return !found.some(
      ({ unit: finer }) =>
        finer !== unit &&
        says(finer, unit, "same") &&
        (!says(unit, finer, "same") || before(finer)) &&
        (says(finer, column, what) || column === finer),
    );
  });
}

/** The columns that all rows of a unit have alike, by units of a few rows that texts name, or whole numbers whose rows stand together. */
export function alikeWithin(from: Table): ReadonlyMap<string, readonly string[]> {
  const own = from.columns.map((column) => placesOf(column, mostRows));
  return new Map(
    own.flatMap((unit): [string, string[]][] => {
      if (!isUnit(unit) || !unit.together || unit.known > fewEach * unit.sizes.length) return [];
      if (!own.some((other) => other !== unit && boundBy(unit, other) === "same")) return [];
      // Where chance has not made one so, a rare level is no less theirs.
      const alike = own.filter((other) => other !== unit && boundBy(unit, other, 1) === "same");
      return [[unit.name, alike.map(({ name }) => name)]];
    }),
  );
}

function isUnit({ names, sizes, known }: Places): boolean {
  return names && sizes.length >= leastUnits && known >= leastEach * sizes.length;
}

/** How a column is bound to a unit, where chance would not do it. */
function boundBy(unit: Places, other: Places, least = leastExpected): TornUnit["what"] | undefined {
  const sizes = other.sizes.map(() => 0);
  let known = 0;
  for (let i = 0; i < unit.codes.length; i++) {
    if (unit.codes[i] < 0 || other.codes[i] < 0) continue;
    sizes[other.codes[i]]++;
    known++;
  }
  const alike = sizes.reduce((sum, n) => sum + (n / known) ** 2, 0);
  const others = (1 - alike) * (known - unit.sizes.length);
  if (others >= least && offIn(unit, other, "same", 1) === 0) return "same";
  const pairs = unit.sizes.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0) * alike;
  const filled = known >= leastFilled * unit.sizes.length * other.sizes.length;
  return filled && pairs >= leastExpected && offIn(unit, other, "once", 1) === 0 ? "once" : undefined;
}

/** It in words, the columns of a unit together. */
export function describeTornUnits(found: readonly TornUnit[]): string[] {
  const units = [...new Set(found.map(({ unit }) => unit))];
  const more = units.length - mostNamed;
  return units.slice(0, mostNamed).flatMap((unit, k) => {
    const of = (what: TornUnit["what"], word: string) => {
      const some = found.filter((one) => one.unit === unit && one.what === what);
      const most = `${some.length > 1 ? "up to " : ""}${percent(Math.max(...some.map(({ share }) => share)))}`;
      return { names: some.map(({ column }) => column).join(word), most };
    };
    const [same, once] = [of("same", ", "), of("once", " or ")];
    const own = found.filter((one) => one.unit === unit);
    const [{ units: count, each }] = own;
    const [pair] = own.filter(({ what }) => what === "once");
    // The first of a key is levels, each of which must have rows enough to be told: a month's, where a day has too few.
    const turned = pair && !same.names && each < usualMinCount && pair.beside >= usualMinCount;
    const names = turned ? [pair.column, unit] : [unit, pair?.column];
    const given =
      pair && (turned || each >= usualMinCount) ? `--key ${names.join("+")}: each of the real ones once` : "";
    const made =
      count >= fewestUnits * usualMinCount && !turned
        ? `--key ${unit}: whole ones, with names of their own`
        : "";
    const ways = [made, given].filter((way) => way !== "").join(", or ");
    const kept = ways ? `to keep it, give ${ways}` : `${count} are too few for new ones to be made`;
    const last = k + 1 === mostNamed && more > 0 ? `; so it is with ${more} more` : "";
    return [
      ...(same.names
        ? [
            `all rows with the same ${unit} have the same ${same.names}: ${same.most} of the synthetic rows do not (${kept})`,
          ]
        : []),
      ...(once.names
        ? [
            `no two rows with the same ${unit} have the same ${once.names}: ${once.most} of the synthetic rows do${same.names ? "" : ` (${kept})`}`,
          ]
        : []),
    ].map((sentence, at, all) => (at + 1 === all.length ? `${sentence}${last}` : sentence));
  });
}

/** A column's cells as numbers of different ones, missing ones −1; how many rows each has, and whether it may name units, and how. */
function placesOf(column: Column, most: number) {
  const cells: ArrayLike<string | number> = isCategorical(column) ? column.codes : column.values;
  const seen = new Map<string | number, number>();
  const sizes: number[] = [];
  let [known, runs] = [0, 0];
  const codes = new Int32Array(Math.min(most, cells.length)).fill(-1);
  for (let i = 0; i < codes.length; i++) {
    const cell = cells[i];
    if (cell === "" || Number.isNaN(cell) || (isCategorical(column) && cell === -1)) continue;
    const place = seen.get(cell) ?? sizes.length;
    if (place === sizes.length) seen.set(cell, sizes.push(0) - 1);
    if (i === 0 || codes[i - 1] !== place) runs++;
    sizes[place]++;
    known++;
    codes[i] = place;
  }
  const numeric = column.type === "numeric";
  const names = numeric
    ? !column.values.some((value) => value % 1 !== 0 && !Number.isNaN(value))
    : column.type !== "date";
  return { name: column.name, codes, sizes, known, names, together: !numeric || runs <= 1.1 * sizes.length };
}

type Places = ReturnType<typeof placesOf>;

/** How many of the first `rows` rows are unlike the first of their unit, or like one before; as far as `most` of them. */
function offIn(
  unit: Places,
  other: Places,
  what: TornUnit["what"],
  most: number,
  rows = unit.codes.length,
): number {
  const first = new Int32Array(unit.sizes.length).fill(-1);
  const seen = new Set<number>();
  let off = 0;
  for (let i = 0; i < rows && off < most; i++) {
    const [u, v] = [unit.codes[i], other.codes[i]];
    if (u < 0 || v < 0) continue;
    if (what === "once") {
      const pair = u * other.sizes.length + v;
      if (seen.has(pair)) off++;
      seen.add(pair);
    } else if (first[u] < 0) first[u] = v;
    else if (first[u] !== v) off++;
  }
  return off;
}
