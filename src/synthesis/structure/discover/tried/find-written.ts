import { type Column, cellText, columnNamed, isCategorical } from "../../../../data/table";
import { day, evenMonth, momentAt, placeOf, startOf } from "../../date-parts";
import type { BandsPlan, ColumnPlan, DatePlan, LevelsPlan } from "../../structure";
import type { Look } from "../look";
import { tellingTakes } from "./trials";

/** So unlikely must it be that chance makes a rule, for all that are tried. */
const chance = 1e-3;
/** More stretches of time have no name of their own. */
const mostBands = 5000;
const longest = 4;

/** A number in a text, as a date says it. */
interface Field {
  readonly name: string;
  readonly of: (moment: number) => number;
}

/** The moment so many months before, by which years that begin in another month are counted. */
function before(moment: number, months: number): number {
  return months === 0 ? moment : momentAt(placeOf(startOf("day", moment)) - months * evenMonth);
}

const month = (moment: number): number => new Date(moment).getUTCMonth();
const year = (moment: number): number => new Date(moment).getUTCFullYear();
/** Most of a week lies in the year of its Thursday. */
const thursday = (moment: number): number => startOf("week", moment) + 3 * day;

/** What a number may be, the plainest first: parts of the calendar's year, of that of weeks, or of one that begins in another month. */
const fields: readonly Field[] = [
  { name: "year", of: year },
  { name: "year of weeks", of: (moment) => year(thursday(moment)) },
  { name: "quarter", of: (moment) => 1 + Math.floor(month(moment) / 3) },
  { name: "month", of: (moment) => 1 + month(moment) },
  {
    name: "week",
    of: (moment) => 1 + (startOf("week", moment) - startOf("year of weeks", moment)) / (7 * day),
  },
  { name: "half", of: (moment) => 1 + Math.floor(month(moment) / 6) },
  ...Array.from({ length: 11 }, (_, m) => m + 1).flatMap((months): Field[] => [
    { name: `year from month ${months + 1}`, of: (moment) => year(before(moment, months)) },
    { name: `year to month ${months}`, of: (moment) => 1 + year(before(moment, months)) },
    {
      name: `quarter from month ${months + 1}`,
      of: (moment) => 1 + Math.floor(month(before(moment, months)) / 3),
    },
    {
      name: `half from month ${months + 1}`,
      of: (moment) => 1 + Math.floor(month(before(moment, months)) / 6),
    },
  ]),
  { name: "next year", of: (moment) => 1 + year(moment) },
];

/**
 * Levels that are a date's week, month, quarter, half or year, or that of a business year, written in one form (2024-W07, Q3 2024, FY23/24):
 * bands of the date, with every such text that there is between its ends, however few rows have it.
 */
export function findWritten(
  plans: readonly ColumnPlan[],
  { from, keep, numbers, whose: people }: Look,
): readonly BandsPlan[] {
  const dates = plans
    .filter((plan): plan is DatePlan => plan.kind === "date")
    .map((plan) => ({ plan, moments: numbers(plan) }));
  if (dates.length === 0) return [];
  return plans.flatMap((plan): BandsPlan[] => {
    if (plan.kind !== "levels" || keep.includes(plan.name)) return [];
    const form = formOf(columnNamed(from, plan.name), from.rows);
    if (!form) return [];
    for (const { plan: date, moments } of dates) {
      const found = written(form, moments, people, dates.length);
      const bands = found && bandsOf(plan, date, found);
      if (bands) return [bands];
    }
    return [];
  });
}

/** What stands between the numbers of texts, the numbers, how many digits each has at least, and which text each row has. */
interface Form {
  readonly between: readonly string[];
  readonly texts: readonly (readonly string[])[];
  readonly digits: readonly number[];
  readonly rows: Int32Array;
}

/** The one form of a column's texts; undefined where they have none. */
function formOf(column: Column, rows: number): Form | undefined {
  const place = new Map<string, number>();
  const own = new Int32Array(rows).fill(-1);
  const split: string[][] = [];
  if (column.type === "numeric") return undefined;
  for (let i = 0; i < rows; i++) {
    const text = isCategorical(column) ? (column.levels[column.codes[i]] ?? "") : cellText(column, i);
    if (text === "") continue;
    let at = place.get(text);
    if (at === undefined) {
      const parts = text.split(/(\d+)/);
      const [first = parts] = split;
      const same =
        parts.length === first.length && parts.every((part, k) => k % 2 === 1 || part === first[k]);
      const short = parts.every((part, k) => k % 2 === 0 || part.length <= longest);
      if (!same || !short || parts.length < 3 || parts.length > 7 || split.length > mostBands)
        return undefined;
      at = split.length;
      place.set(text, at);
      split.push(parts);
    }
    own[i] = at;
  }
  if (split.length < 2) return undefined;
  const texts = split.map((parts) => parts.filter((_, k) => k % 2 === 1));
  const between = split[0].filter((_, k) => k % 2 === 0);
  const digits = texts[0].map((_, g) => Math.min(...texts.map((parts) => parts[g].length)));
  return { between, texts, digits, rows: own };
}

interface Written {
  readonly text: (moment: number) => string;
  readonly pattern: string;
}

/** The numbers' fields of the date, where all rows that have both are written so and chance is ruled out. */
function written(
  { between, texts, digits, rows }: Form,
  moments: Float64Array,
  people: Int32Array | undefined,
  dates: number,
): Written | undefined {
  const known = Int32Array.from(rows.keys()).filter((i) => rows[i] >= 0 && !Number.isNaN(moments[i]));
  const print = (field: Field, g: number, moment: number): string => {
    const value = field.of(moment);
    const short = digits[g] === 2 && value > 99 ? value % 100 : value;
    return String(short).padStart(digits[g], "0");
  };
  const chosen = digits.map((_, g) =>
    fields.find((field) => known.every((i) => print(field, g, moments[i]) === texts[rows[i]][g])),
  );
  if (chosen.includes(undefined) || !outweighsChance(rows, known, texts.length, people, dates))
    return undefined;
  const all = chosen as readonly Field[];
  const joined = (part: (g: number) => string): string =>
    between.map((text, g) => text + (g < all.length ? part(g) : "")).join("");
  return {
    text: (moment) => joined((g) => print(all[g], g, moment)),
    pattern: joined((g) => `{${all[g].name}}`),
  };
}

function outweighsChance(
  rows: Int32Array,
  known: Int32Array,
  count: number,
  people: Int32Array | undefined,
  dates: number,
): boolean {
  const counts = new Float64Array(count);
  for (const i of known) counts[rows[i]]++;
  return tellingTakes(counts, known, people) > Math.log((dates * fields.length ** 2) / chance);
}

/** The texts of all days between the date's ends, as bands of it. */
function bandsOf({ name }: LevelsPlan, date: DatePlan, { text, pattern }: Written): BandsPlan | undefined {
  const levels = new Map<string, number>();
  const cuts: number[] = [];
  const order: number[] = [];
  for (let moment = startOf("day", date.low); moment <= date.high; moment += day) {
    const own = text(moment);
    const code = levels.get(own) ?? levels.size;
    levels.set(own, code);
    if (order.at(-1) === code) continue;
    if (order.length > 0) cuts.push(moment);
    order.push(code);
    if (order.length > mostBands) return undefined;
  }
  return { kind: "bands", name, levels: [...levels.keys()], of: date.name, cuts, order, pattern };
}
