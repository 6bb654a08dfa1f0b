import { check, checkNumber } from "../core/checks";
import { groupRows, membersOf } from "../core/group-rows";
import { permutation, type Rng } from "../core/rng";
import { customersIn } from "../data/customers";
import { joinTables } from "../data/join-tables";
import { type Table, takeTableRows } from "../data/table";
import { levelOf } from "../data/target";
import type { Where } from "./conditions";
import type { SampleOptions, Synthesiser } from "./synthesiser";

/** Which share of the rows has which level of a column; the other levels divide the rest as they do without. */
export interface Shares {
  readonly column: string;
  readonly shares: ReadonlyMap<string, number>;
}

/** `COLUMN=LEVEL:SHARE` texts of one column, the share from 0 to 1. */
export function parseShares(texts: readonly string[], columns: Synthesiser["columns"]): Shares | undefined {
  const action = "sample shares";
  const shares = new Map<string, number>();
  let column: string | undefined;
  for (const text of texts) {
    const own = columns
      .map((column) => column.name)
      .filter((name) => text.startsWith(`${name}=`))
      .sort((a, b) => b.length - a.length)[0];
    const parts = own === undefined ? null : text.slice(own.length + 1).match(/^(.*):([\d.]+)$/s);
    check(
      own !== undefined && parts !== null,
      action,
      "a share must be COLUMN=LEVEL:SHARE, such as Churn=Yes:0.5",
      text,
    );
    check(column === undefined || column === own, action, "all shares must be of one column", own);
    const [, word, share] = parts as RegExpMatchArray;
    const levels = columns.find(({ name }) => name === own)?.levels ?? [];
    const level = levels[levelOf(levels, word)] ?? word;
    checkNumber(Number(share), 0, 1, action, `the share of ${level}`);
    check(!shares.has(level), action, "a level can have one share only", level);
    shares.set(level, Number(share));
    column = own;
  }
  return column === undefined ? undefined : { column, shares };
}

/** A model, with the column that says to which unit a row belongs where whole ones are made. */
interface Shared extends Synthesiser {
  readonly unit?: string;
}

/**
 * The synthesiser with other shares of a column's levels: rows with a level are what they are without, only more or fewer.
 * Throws where the column has no such level, or the shares add up to more than 1 (or, of all levels, to less).
 */
export function withShares(model: Shared, { column, shares }: Shares): Synthesiser {
  const action = `sample shares of ${column}`;
  const schema = model.columns.find((schema) => schema.name === column);
  const levels = schema?.levels ?? [];
  check(levels.length > 0, action, "it must be a column of levels", schema?.type);
  for (const level of shares.keys())
    check(levels.includes(level), action, `the level must be one of ${levels.join(", ")}`, level);
  const sum = [...shares.values()].reduce((total, share) => total + share, 0);
  const others = levels.filter((level) => !shares.has(level));
  check(sum <= 1 + 1e-9, action, "shares must not add up to more than 1", sum);
  check(others.length > 0 || sum >= 1 - 1e-9, action, "shares of all levels must add up to 1", sum);
  const parts = partsOf(shares, levels);
  return {
    ...model,
    sample: (n: number, rng: Rng, options: SampleOptions = {}): Table => {
      const given = options.where instanceof Map ? [...options.where] : Object.entries(options.where ?? {});
      check(!given.some(([name]) => name === column), action, "a condition on it cannot hold beside", column);
      let done = 0;
      let due = 0;
      const tables = parts.map((part, k) => {
        due += part.share * n;
        const rows = k === parts.length - 1 ? n - done : Math.max(0, Math.round(due) - done);
        const where: Where = new Map([...given, [column, part.levels]]);
        const firstRow = (options.firstRow ?? 0) + done;
        done += rows;
        const block = options.block === undefined ? undefined : options.block * parts.length + k;
        const asked = { ...options, where, firstRow, ...(block !== undefined && { block }) };
        return model.sample(rows, rng.fork(`share ${k}`), asked);
      });
      const all = joinTables(tables);
      return takeTableRows(all, mixed(all, model.unit, rng.fork("mix")));
    },
  };
}

/** Levels with the share of them all: each that has one of its own, and all others together. */
export function partsOf(
  shares: Shares["shares"],
  levels: readonly string[],
): readonly { readonly levels: readonly string[]; readonly share: number }[] {
  const own = [...shares].map(([level, share]) => ({ levels: [level], share }));
  const others = levels.filter((level) => !shares.has(level));
  const sum = own.reduce((total, { share }) => total + share, 0);
  return others.length > 0 ? [...own, { levels: others, share: 1 - sum }] : own;
}

/** All rows in another order, those of a unit one after the other as they are. */
function mixed(rows: Table, unit: string | undefined, rng: Rng): ArrayLike<number> {
  if (unit === undefined) return permutation(rng, rows.rows);
  const units = membersOf(groupRows([customersIn(rows, unit)], rows.rows));
  return Array.from(permutation(rng, units.length)).flatMap((own) => [...units[own]]);
}
