/** How numbers of single precision stand in a file, of which 14.9 is written 14.8999996185303. */
export interface SinglePrecision {
  /** Significant digits that are written. */
  readonly digits: number;
  /** The numbers were single times ten to this power: −2 for percent that were divided by 100 afterwards. */
  readonly power: number;
}

const powers = [0, 2, -2];
const writtenDigits = [8, 9, 15, 17];
/** Digits that the shortest decimals save altogether: by chance one is saved of ten numbers. */
const leastSaved = 20;
/** Shares of the different values: those that must be single, and those looked at first. */
const leastSingle = 0.99;
const firstLook = 50;
const mostKnown = 2 ** 16;

/** How the values stand for shorter decimals, as nearly all single-precision numbers do; undefined where they do not. */
export function learnSingle(values: Float64Array): SinglePrecision | undefined {
  const all = [...new Set(values)].filter((value) => Number.isFinite(value) && String(value).length > 8);
  for (const power of powers)
    for (const digits of writtenDigits) {
      const one = { digits, power };
      const fits = (some: readonly number[]): boolean => {
        const off = some.filter((value) => shortestOf(value, one) === undefined).length;
        return (
          some.length > off && off <= Math.max(Math.min(1, some.length / 5), (1 - leastSingle) * some.length)
        );
      };
      if (!fits(all.slice(0, firstLook)) || !fits(all)) continue;
      const saved = all.reduce((sum, value) => {
        const short = shortestOf(value, one) ?? value;
        return sum + String(value).length - String(short).length;
      }, 0);
      if (saved >= leastSaved && saved >= all.length) return one;
    }
  return undefined;
}

/** A reader of numbers so written: the shortest decimal that is the same in single precision; others as they are. */
export function singleReader(one: SinglePrecision): (value: number) => number {
  const known = new Map<number, number>();
  return (value) => {
    let short = known.get(value);
    if (short !== undefined) return short;
    short = shortestOf(value, one) ?? value;
    if (known.size < mostKnown) known.set(value, short);
    return short;
  };
}

/** The number as a program writes it that held it in single precision. */
export function asSingle(value: number, { digits, power }: SinglePrecision): number {
  return Number((Math.fround(value * 10 ** power) / 10 ** power).toPrecision(digits));
}

/** A decimal, and how it is so written, for messages. */
export function singleSample(one: SinglePrecision): readonly [decimal: number, written: number] {
  let k = 999;
  while (k > 1 && asSingle(k / 1000, one) === k / 1000) k--;
  return [k / 1000, asSingle(k / 1000, one)];
}

function shortestOf(value: number, one: SinglePrecision): number | undefined {
  if (value !== Number(value.toPrecision(one.digits))) return undefined;
  const single = Math.fround(value * 10 ** one.power);
  for (let digits = 1; digits <= 9; digits++) {
    const text = single.toPrecision(digits);
    if (Math.fround(Number(text)) !== single) continue;
    const short = one.power === 0 ? Number(text) : Number(`${Number(text)}e${-one.power}`);
    // Programs differ in the last digit of a tie.
    const off = Math.abs(asSingle(short, one) - value);
    return off <= 1.01 * 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - one.digits) ? short : undefined;
  }
  return undefined;
}
