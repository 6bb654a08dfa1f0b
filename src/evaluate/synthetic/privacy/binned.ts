import type { Shared } from "../align";

const bins = 10;

/** A column's cells in all tables: levels, or tenths of the first table's values; missing is the last. */
export function binned(column: Shared): { readonly codes: readonly Int32Array[]; readonly count: number } {
  if (column.kind === "levels") {
    const count = column.levels.length + 1;
    return { codes: column.codes.map((codes) => codes.map((code) => (code < 0 ? count - 1 : code))), count };
  }
  const sorted = column.values[0].filter((value) => !Number.isNaN(value)).sort();
  const cuts = Array.from(
    { length: bins - 1 },
    (_, k) => sorted[Math.floor(((k + 1) * sorted.length) / bins)],
  );
  const code = (value: number): number =>
    Number.isNaN(value) ? bins : cuts.reduce((sum, cut) => sum + (value >= cut ? 1 : 0), 0);
  return { codes: column.values.map((values) => Int32Array.from(values, code)), count: bins + 1 };
}
