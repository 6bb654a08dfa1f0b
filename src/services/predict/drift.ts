import { z } from "zod";
import { check } from "../../core/checks";
import { percent, percentOf } from "../../core/format";
import { countUpTo } from "../../core/math/sorted";
import { quantileSorted } from "../../core/math/statistics";
import { datePrinter, plainDates } from "../../data/formats/date-format";
import {
  columnNamed,
  isCategorical,
  type NumericColumn,
  type Table,
  type TextColumn,
} from "../../data/table";
import { momentsOf } from "../../features/dates";

/** How a column's values were spread in training. */
export interface TrainedColumn {
  readonly name: string;
  /** Share of missing values. */
  readonly missing: number;
  /** Of dates, in milliseconds since 1970. */
  readonly dates?: true;
  /** Numbers and dates: the range, the inner edges of up to ten bins, and the share of present values in each bin. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly edges?: readonly number[];
  /** Categories: those seen, the commonest first. */
  readonly levels?: readonly string[];
  /** Shares of present values by bin or level. */
  readonly shares: readonly number[];
}

/** What was counted of a column in rows to be predicted; counts of parts add up (`addDrift`). */
export interface DriftCounts {
  readonly name: string;
  rows: number;
  missing: number;
  /** Values outside the training range, and levels that training did not see. */
  outside: number;
  unseen: number;
  readonly unseenLevels: string[];
  /** By bin or level. */
  readonly counts: number[];
}

/** How far a column of new rows is from training. */
export interface DriftedColumn {
  readonly column: string;
  readonly rows: number;
  readonly missing: number;
  readonly missingTrained: number;
  readonly unreadable: number;
  readonly outside: number;
  readonly unseen: number;
  readonly unseenLevels: readonly string[];
  /** Population stability index: Σ (p − q) ln(p / q) over bins or levels; above 0.25 is held to be another population. */
  readonly stability: number;
  /** What of it is worth a word; empty where nothing is. */
  readonly findings: readonly string[];
}

const bins = 10;
const mostLevels = 10_000;
const shownLevels = 3;

/** How the columns called `names` are spread, to compare later rows with. */
export function trainingProfile(rows: Table, names: readonly string[]): TrainedColumn[] {
  return names.map((name): TrainedColumn => {
    const one = columnNamed(rows, name);
    if (one.type === "numeric" || one.type === "date") {
      const dates = one.type === "date" ? ({ dates: true } as const) : {};
      const present = numbersOf(one)
        .filter((value) => !Number.isNaN(value))
        .sort();
      const missing = share(rows.rows - present.length, rows.rows);
      if (present.length === 0) return { name, missing, shares: [] };
      const quantiles = Array.from({ length: bins - 1 }, (_, k) => quantileSorted(present, (k + 1) / bins));
      const edges = [...new Set(quantiles)];
      const counts = binCounts(present, edges);
      return {
        name,
        ...dates,
        missing,
        minimum: present[0],
        maximum: present[present.length - 1],
        edges,
        shares: counts.map((count) => share(count, present.length)),
      };
    }
    if (!isCategorical(one)) {
      const missing = one.values.filter((value) => value === "").length;
      return { name, missing: share(missing, rows.rows), shares: [] };
    }
    const counts = new Float64Array(one.levels.length);
    let absent = 0;
    for (const code of one.codes) {
      if (code < 0) absent++;
      else counts[code]++;
    }
    const seen = one.levels
      .map((level, code) => ({ level, count: counts[code] }))
      .filter((each) => each.count > 0);
    seen.sort((a, b) => b.count - a.count);
    // Of very many levels nothing is kept: that one is new says little there.
    const kept = seen.length <= mostLevels ? seen : [];
    return {
      name,
      missing: share(absent, rows.rows),
      ...(kept.length > 0 ? { levels: kept.map((each) => each.level) } : {}),
      shares: kept.map((each) => share(each.count, rows.rows - absent)),
    };
  });
}

/** What probabilities are compared by: the same bins for every model. */
export const probabilityEdges = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8] as const;

/** How a model's probabilities are spread, as a column of that name. */
export function probabilityProfile(probabilities: ArrayLike<number>): TrainedColumn {
  const counts = binCounts(probabilities, probabilityEdges);
  return {
    name: "churn_probability",
    missing: 0,
    minimum: 0,
    maximum: 1,
    edges: [...probabilityEdges],
    shares: counts.map((count) => share(count, probabilities.length)),
  };
}

/** What of the rows the profile's columns hold; a column that the table lacks is left out. */
export function driftCounts(profile: readonly TrainedColumn[], rows: Table): DriftCounts[] {
  const sums: DriftCounts[] = [];
  countDrift(sums, profile, rows);
  return sums;
}

/** Adds to `sums` what of the rows the profile's columns hold. */
export function countDrift(sums: DriftCounts[], profile: readonly TrainedColumn[], rows: Table): void {
  for (const trained of profile) {
    const one = rows.columns.find((each) => each.name === trained.name);
    if (!one) continue;
    let found = sums.find((each) => each.name === trained.name);
    if (!found) {
      found = noCounts(trained);
      sums.push(found);
    }
    found.rows += rows.rows;
    if (one.type === "numeric" || one.type === "date") {
      const { edges, minimum = -Infinity, maximum = Infinity } = trained;
      for (const value of numbersOf(one)) {
        if (Number.isNaN(value)) found.missing++;
        else {
          if (value < minimum || value > maximum) found.outside++;
          if (edges) found.counts[countUpTo(edges, value)]++;
        }
      }
    } else if (isCategorical(one)) {
      const places = placesOf(trained, one.levels);
      for (const code of one.codes) {
        if (code < 0) found.missing++;
        else if (places[code] >= 0) found.counts[places[code]]++;
        else if (trained.levels) {
          found.unseen++;
          addUnseen(found, one.levels[code]);
        }
      }
    } else for (const value of one.values) if (value === "") found.missing++;
  }
}

function noCounts({ name, shares }: TrainedColumn): DriftCounts {
  const counts = shares.map(() => 0);
  return { name, rows: 0, missing: 0, outside: 0, unseen: 0, unseenLevels: [], counts };
}

function addUnseen({ unseenLevels }: DriftCounts, level: string): void {
  if (unseenLevels.length < shownLevels && !unseenLevels.includes(level)) unseenLevels.push(level);
}

interface LevelPlaces {
  readonly ranks: ReadonlyMap<string, number>;
  levels: readonly string[];
  places: Int32Array;
}

/** What was last found of each column: rows that come one by one have the same levels. */
const knownPlaces = new WeakMap<TrainedColumn, LevelPlaces>();

/** The place of each level among those of training; −1 where it is none of them. */
function placesOf(trained: TrainedColumn, levels: readonly string[]): Int32Array {
  let known = knownPlaces.get(trained);
  if (!known) {
    const ranks = new Map(trained.levels?.map((level, k) => [level, k]));
    known = { ranks, levels: [], places: new Int32Array() };
    knownPlaces.set(trained, known);
  }
  const { ranks } = known;
  if (known.levels !== levels) {
    known.levels = levels;
    known.places = Int32Array.from(levels, (level) => ranks.get(level) ?? -1);
  }
  return known.places;
}

/** What of a single row training did not see, by column. */
export function rowFindings(
  profile: readonly TrainedColumn[],
  row: Table,
): { readonly column: string; readonly finding: string }[] {
  return driftCounts(profile, row).flatMap(({ name: column, missing, outside, unseen, unseenLevels }) => {
    const trained = profile.find((each) => each.name === column);
    if (unseen > 0) return [{ column, finding: `${JSON.stringify(unseenLevels[0])} is unseen in training` }];
    if (outside > 0 && trained)
      return [{ column, finding: `outside ${rangeText(trained)}, the range of training` }];
    return missing > 0 && trained?.missing === 0
      ? [{ column, finding: "missing, as it never was in training" }]
      : [];
  });
}

/** Adds the counts of further rows to those so far. */
export function addDrift(sum: DriftCounts[], more: readonly DriftCounts[]): void {
  for (const one of more) {
    const before = sum.find((each) => each.name === one.name);
    if (!before) {
      sum.push({ ...one, unseenLevels: [...one.unseenLevels], counts: [...one.counts] });
      continue;
    }
    before.rows += one.rows;
    before.missing += one.missing;
    before.outside += one.outside;
    before.unseen += one.unseen;
    for (const level of one.unseenLevels) addUnseen(before, level);
    one.counts.forEach((count, k) => {
      before.counts[k] += count;
    });
  }
}

/** How far each column is from training; `unreadable` counts, by column, cells that could not be read and count as missing. */
export function driftReport(
  profile: readonly TrainedColumn[],
  counts: readonly DriftCounts[],
  unreadable: ReadonlyMap<string, number> = new Map(),
): DriftedColumn[] {
  return counts.flatMap((one) => {
    const trained = profile.find((each) => each.name === one.name);
    if (!trained) return [];
    const bad = unreadable.get(one.name) ?? 0;
    const stability = stabilityIndex(trained.shares, one);
    return [
      {
        column: one.name,
        rows: one.rows,
        missing: one.missing,
        missingTrained: trained.missing,
        unreadable: bad,
        outside: one.outside,
        unseen: one.unseen,
        unseenLevels: one.unseenLevels,
        stability,
        findings: findingsOf(trained, one, bad, stability),
      },
    ];
  });
}

/**
 * What of the first column of which no value can be used, though at least half the rows hold one: all are unreadable, or,
 * in two rows and more, unseen in training. Undefined where there is no such column.
 */
export function unusableColumn(
  counts: readonly DriftCounts[],
  unreadable: ReadonlyMap<string, number> = new Map(),
): { readonly column: string; readonly finding: string } | undefined {
  for (const { name, rows, missing, unseen, unseenLevels } of counts) {
    const bad = unreadable.get(name) ?? 0;
    const few = rows < 2 && bad === 0;
    if (rows === 0 || few || missing + unseen < rows || bad + unseen < 0.5 * rows) continue;
    const such = unseenLevels.map((level) => JSON.stringify(level)).join(", ");
    const finding =
      unseen === 0
        ? `no cell of ${name} can be read, of ${bad} that hold something`
        : `training saw no value of ${name} that these ${rows} rows hold, such as ${such}${bad > 0 ? `, and ${bad} can't be read` : ""}`;
    return { column: name, finding };
  }
  return undefined;
}

function rangeText({ minimum = -Infinity, maximum = Infinity, dates }: TrainedColumn): string {
  const shown = dates ? datePrinter(plainDates) : short;
  return `${shown(minimum)} to ${shown(maximum)}`;
}

function findingsOf(trained: TrainedColumn, one: DriftCounts, bad: number, stability: number): string[] {
  const findings: string[] = [];
  const { rows } = one;
  const present = rows - one.missing;
  if (bad > 0) findings.push(`${percentOf(bad, rows)} unreadable`);
  const empty = one.missing - bad;
  // Three standard errors above what training had, and a point of per cent.
  const usual = trained.missing + 3 * Math.sqrt((trained.missing * (1 - trained.missing)) / rows) + 0.01;
  if (empty > usual * rows && rows > 0)
    findings.push(`${percentOf(empty, rows)} missing (${percent(trained.missing)} in training)`);
  if (one.unseen > 0) {
    const such = one.unseenLevels.map((level) => JSON.stringify(level)).join(", ");
    findings.push(`${percentOf(one.unseen, rows)} unseen in training, such as ${such}`);
  }
  if (one.outside > 0)
    findings.push(`${percentOf(one.outside, rows)} outside ${rangeText(trained)}, the range of training`);
  // In few rows the index is high by chance: its mean is about (bins − 1) / rows where nothing has changed.
  const chance = (3 * Math.max(1, trained.shares.length - 1)) / Math.max(1, present);
  if (stability > 0.25 + chance)
    findings.push(`spread otherwise than in training (population stability index ${stability.toFixed(2)})`);
  return findings;
}

/** Σ (p − q) ln(p / q) of counts by bin, and of unseen levels, against the shares expected. */
export function stabilityIndex(
  expected: readonly number[],
  { counts, unseen }: Pick<DriftCounts, "counts" | "unseen">,
): number {
  const total = counts.reduce((sum, count) => sum + count, 0) + unseen;
  if (total === 0 || expected.length === 0) return 0;
  // A share of half a row stands for none.
  const least = 0.5 / total;
  let sum = 0;
  for (const [k, q] of [...expected, 0].entries()) {
    const p = (k < counts.length ? counts[k] : unseen) / total;
    if (p === 0 && q === 0) continue;
    sum += (p - q) * Math.log(Math.max(p, least) / Math.max(q, least));
  }
  return sum;
}

function binCounts(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (let i = 0; i < values.length; i++) counts[countUpTo(edges, values[i])]++;
  return counts;
}

const text = z.string().max(1_000_000);
const profileJson = z
  .array(
    z.strictObject({
      name: text,
      dates: z.literal(true).optional(),
      missing: z.number().min(0).max(1),
      minimum: z.number().optional(),
      maximum: z.number().optional(),
      edges: z.array(z.number()).max(100).optional(),
      levels: z.array(text).max(mostLevels).optional(),
      shares: z.array(z.number().min(0).max(1)).max(mostLevels),
    }),
  )
  .max(100_000);

/** The profile that parsed JSON describes; throws, naming `action`, where it is none. */
export function profileFromJson(json: unknown, action: string): readonly TrainedColumn[] {
  const read = profileJson.safeParse(json);
  check(read.success, action, read.success ? "" : `profile: ${z.prettifyError(read.error)}`);
  for (const one of read.data) {
    const cells = one.edges ? one.edges.length + 1 : (one.levels?.length ?? 0);
    check(
      one.shares.length === cells,
      action,
      `the profile of ${one.name} must have a share for each of ${cells} bins or levels`,
      one.shares.length,
    );
  }
  return read.data as readonly TrainedColumn[];
}

function numbersOf(one: NumericColumn | TextColumn): Float64Array {
  return one.type === "numeric" ? one.values : momentsOf(one);
}

function share(count: number, of: number): number {
  return of === 0 ? 0 : count / of;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
