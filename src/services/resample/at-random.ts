import { check } from "../../core/checks";
import { integer, permutation, type Rng } from "../../core/rng";
import { evenRows, type RowSource } from "../../data/even-rows";
import { columnNamed, type Table, takeTableRows } from "../../data/table";
import { PackedTable } from "../../data/tally/packed-table";
import { discoverStructure } from "../../synthesis/structure/discover/discover";
import { type ClassCount, type Classes, classesOf, lacking } from "./classes";
import { droppedRemarks, emptyCells } from "./dropped";
import { ownKeys } from "./own-keys";
import type { ResampleOptions } from "./resample-table";

/** On so many rows it is looked what other columns say in identifiers. */
const mostLooked = 5000;

/** Methods that draw rows at random, whatever they hold. */
export const randomMethods: readonly string[] = ["random-over", "random-under"];

/**
 * Writes the rows with their classes balanced, in the table's order, block by block: all of them and then as many repeats as
 * the smaller classes lack, or of larger classes no more than a random part. A repeat is a copy, but for an identifier that
 * no two rows share, which is made up, and for what was dropped.
 */
export async function resampleAtRandom(
  { columns, kept: rows, batches }: RowSource,
  target: string,
  { method, ratio = 1, drop = [] }: ResampleOptions,
  rng: Rng,
  write: (rows: Table) => void,
): Promise<{ readonly classes: readonly ClassCount[]; readonly remarks: readonly string[] }> {
  const action = `resample by ${method}`;
  const like = columns.map(({ column }) => column);
  for (const name of [target, ...drop]) columnNamed({ rows, columns: like }, name);
  check(!drop.includes(target), action, "the target must not be dropped", target);
  const over = method === "random-over";
  const named = over ? like.filter(({ name, type }) => type === "id" && !drop.includes(name)) : [];
  // What other columns say in identifiers shows in some rows.
  const some = named.length > 0 ? await evenRows(batches(), rows, mostLooked) : undefined;
  const structure = some && discoverStructure(some, rng.fork("rules"), { minCount: 1, customer: false });
  const read = new Set([target, ...named.map(({ name }) => name)]);
  for (const plan of structure?.columns ?? [])
    if (plan.kind === "key" && read.has(plan.name)) for (const { of } of plan.ties ?? []) read.add(of);
  const held = new PackedTable(
    like.filter(({ name }) => read.has(name)),
    rows,
  );
  for await (const batch of batches([...read])) held.add(batch);
  const classes = classesOf(held.column(target), action);
  const times = over ? timesRepeated(classes, rows, ratio, rng) : timesKept(classes, rows, ratio, rng);
  const after = (own: Int32Array): number => own.reduce((sum, i) => sum + times[i], over ? own.length : 0);
  const counts = classes.names.map((name, c) => ({
    name,
    before: classes.rows[c].length,
    after: after(classes.rows[c]),
  }));
  if (!over) {
    await writeTimes(batches(), times, write);
    return { classes: counts, remarks: [] };
  }
  for await (const batch of batches()) write(batch);
  const more = counts.reduce((sum, one) => sum + one.after - one.before, 0);
  if (more === 0) return { classes: counts, remarks: [] };
  const keys = structure && ownKeys(structure, held, rng);
  let at = 0;
  await writeTimes(batches(), times, (repeats) => {
    const own = keys ? keys.dress(repeats, at) : repeats;
    const columns = own.columns.map((one) => (drop.includes(one.name) ? emptyCells(one, own.rows) : one));
    write({ rows: own.rows, columns });
    at += repeats.rows;
  });
  return { classes: counts, remarks: [...droppedRemarks(drop), ...(keys?.remarks(more) ?? [])] };
}

/** How often each row is drawn, with replacement, for the classes that lack some. */
function timesRepeated(classes: Classes, rows: number, ratio: number, rng: Rng): Uint32Array {
  const times = new Uint32Array(rows);
  for (const { name, own, missing } of lacking(classes, ratio)) {
    const stream = rng.fork(name);
    for (let n = 0; n < missing; n++) times[own[integer(stream, own.length)]]++;
  }
  return times;
}

/** 1 for each row that stays: of every class so many as the smallest has, for each `ratio` of a row. */
function timesKept({ names, rows: all }: Classes, rows: number, ratio: number, rng: Rng): Uint32Array {
  const most = Math.floor(Math.min(...all.map((own) => own.length)) / ratio);
  const times = new Uint32Array(rows);
  all.forEach((own, c) => {
    const stay =
      own.length <= most
        ? own
        : permutation(rng.fork(names[c]), own.length)
            .subarray(0, most)
            .map((k) => own[k]);
    for (const i of stay) times[i] = 1;
  });
  return times;
}

/** Writes each row so many times. */
async function writeTimes(
  batches: AsyncIterable<Table>,
  times: Uint32Array,
  write: (rows: Table) => void,
): Promise<void> {
  let at = 0;
  for await (const batch of batches) {
    const chosen: number[] = [];
    for (let i = 0; i < batch.rows; i++) for (let n = 0; n < times[at + i]; n++) chosen.push(i);
    at += batch.rows;
    if (chosen.length > 0) write(takeTableRows(batch, chosen));
  }
}
