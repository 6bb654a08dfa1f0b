import { cholesky, symmetricInverse } from "../../core/math/linear-algebra";
import { normalQuantile } from "../../core/math/normal-distribution";
import { placesWhere } from "../../core/places";
import type { RowSource } from "../../data/even-rows";
import { type Column, columnNamed, type Table } from "../../data/table";
import { numbersLike } from "../value/cell-values";
import { numberColumns, type Panel } from "./read-panel";

/** What a unit more of a column goes with, in the same customer and month. */
export interface Driver {
  readonly name: string;
  /** Change of the value by one unit, with the ends of its 95 % interval. */
  readonly perUnit: number;
  readonly low: number;
  readonly high: number;
  /** The part of all value that its mean accounts for. */
  readonly share: number;
}

export interface Drivers {
  readonly drivers: readonly Driver[];
  /** The share of the changes within customers that all of them explain. */
  readonly explained: number;
  readonly notes: readonly string[];
}

const mostDrivers = 12;

/**
 * What drives a monthly value: least squares of its changes within customers on those of other columns, with errors
 * that belong together by customer (Liang and Zeger, 1986). Associations of one's own table, not effects. The columns
 * are those named, or all other numbers; those that hardly move within customers, or move as others do, are left out.
 */
export async function driversOf(
  source: RowSource,
  panel: Pick<Panel, "columns" | "learned" | "who">,
  named: readonly string[] | undefined,
): Promise<Drivers | undefined> {
  const { columns } = panel;
  const table: Table = { rows: source.kept, columns: source.columns.map(({ column }) => column) };
  const candidates = named
    ? named.map((name) => columnNamed(table, name))
    : numberColumns(source, Object.values(columns));
  if (candidates.length === 0) return undefined;
  const { who, values } = await learnedRows(source, panel, [
    columnNamed(table, columns.value),
    ...candidates,
  ]);
  const read = candidates.map(({ name }, j) => ({ name, values: values[j + 1] }));
  return driversIn({ name: columns.value, values: values[0] }, read, who);
}

interface Numbers {
  readonly name: string;
  readonly values: Float64Array;
}

function driversIn({ name, values: value }: Numbers, read: readonly Numbers[], who: Int32Array): Drivers {
  const notes: string[] = [];
  const nothing = (why: string): Drivers => ({ drivers: [], explained: 0, notes: [...notes, why] });
  const rows = [...value.keys()].filter(
    (i) => !Number.isNaN(value[i]) && read.every(({ values }) => !Number.isNaN(values[i])),
  );
  if (rows.length < value.length)
    notes.push(
      `${value.length - rows.length} rows lack a number that may drive ${name}, and do not count for it`,
    );
  const groups = new Map<number, number[]>();
  for (const i of rows) {
    const own = groups.get(who[i]);
    if (own) own.push(i);
    else groups.set(who[i], [i]);
  }
  const centred = (of: Float64Array): Float64Array => {
    const out = new Float64Array(of.length);
    for (const own of groups.values()) {
      const mean = own.reduce((sum, i) => sum + of[i], 0) / own.length;
      for (const i of own) out[i] = of[i] - mean;
    }
    return out;
  };
  const dot = (a: Float64Array, b: Float64Array): number => rows.reduce((sum, i) => sum + a[i] * b[i], 0);
  const y = centred(value);
  const kept: (Numbers & { readonly x: Float64Array; readonly size: number })[] = [];
  for (const { name: one, values } of read) {
    const x = centred(values);
    const size = Math.sqrt(dot(x, x) / Math.max(1, rows.length));
    const scale = Math.sqrt(dot(values, values) / Math.max(1, rows.length));
    const same = kept.find((other) => Math.abs(dot(x, other.x)) > 0.995 * size * other.size * rows.length);
    if (!(size > 1e-9 * scale)) notes.push(`${one} does not change within customers, and drives nothing`);
    else if (same) notes.push(`${one} moves as ${same.name} does, and is left out`);
    else if (kept.length === mostDrivers) notes.push(`${one} is left out: ${mostDrivers} columns are tried`);
    else kept.push({ name: one, values, x, size });
  }
  const p = kept.length;
  if (p === 0 || rows.length - groups.size < 5 * p)
    return nothing(`there are too few months a customer to tell what drives ${name}`);
  const z = kept.map(({ x, size }) => x.map((v) => v / size));
  const gram = new Float64Array(p * p);
  for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) gram[a * p + b] = dot(z[a], z[b]);
  if (!cholesky(gram, p)) return nothing("the columns explain one another: name some of them");
  const inverse = symmetricInverse(gram, p, "find drivers");
  const right = z.map((one) => dot(one, y));
  const beta = right.map((_, a) => right.reduce((sum, v, b) => sum + inverse[a * p + b] * v, 0));
  const rest = y.map((v, i) => v - z.reduce((sum, one, j) => sum + beta[j] * one[i], 0));
  const meat = new Float64Array(p * p);
  for (const own of groups.values()) {
    const score = z.map((one) => own.reduce((sum, i) => sum + one[i] * rest[i], 0));
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) meat[a * p + b] += score[a] * score[b];
  }
  const width = normalQuantile(0.975) * Math.sqrt(groups.size / Math.max(1, groups.size - 1));
  const total = rows.reduce((sum, i) => sum + value[i], 0);
  const drivers = kept.map(({ name: one, values, size }, j): Driver => {
    let variance = 0;
    for (let a = 0; a < p; a++)
      for (let b = 0; b < p; b++) variance += inverse[j * p + a] * meat[a * p + b] * inverse[b * p + j];
    const [perUnit, error] = [beta[j] / size, Math.sqrt(variance) / size];
    return {
      name: one,
      perUnit,
      low: perUnit - width * error,
      high: perUnit + width * error,
      share: total === 0 ? 0 : (perUnit * rows.reduce((sum, i) => sum + values[i], 0)) / total,
    };
  });
  const all = dot(y, y);
  return {
    drivers: drivers.sort((a, b) => Math.abs(b.share) - Math.abs(a.share)),
    explained: all > 0 ? 1 - dot(rest, rest) / all : 0,
    notes,
  };
}

/** The numbers in these columns of the rows whose customers are learned from, and whose they are. */
async function learnedRows(
  source: RowSource,
  { learned, who }: Pick<Panel, "learned" | "who">,
  columns: readonly Column[],
): Promise<{ readonly who: Int32Array; readonly values: readonly Float64Array[] }> {
  const drawn = new Set(learned);
  const rows = placesWhere(who.length, (i) => who[i] >= 0 && (!learned || drawn.has(who[i])));
  const values = columns.map(() => new Float64Array(rows.length));
  const counts = new Map(source.columns.map(({ column, counts }) => [column, counts]));
  const readers = columns.map((column) => numbersLike(column, counts.get(column)));
  let [from, next] = [0, 0];
  for await (const block of source.batches(columns.map(({ name }) => name))) {
    const start = next;
    from += block.rows;
    while (next < rows.length && rows[next] < from) next++;
    columns.forEach(({ name }, j) => {
      const found = readers[j](columnNamed(block, name)).values;
      for (let k = start; k < next; k++) values[j][k] = found[rows[k] - (from - block.rows)];
    });
  }
  return { who: rows.map((i) => who[i]), values };
}
