import { column, type Feature, type Matrix } from "../../core/matrix";

/** A number made of columns: a sum of two to five with signs, a product of two, or a ratio of two. */
export interface Formula {
  readonly kind: "sum" | "product" | "ratio";
  readonly columns: readonly number[];
  /** Of a sum, 1 or −1 each; else all 1. */
  readonly signs: readonly number[];
}

/** The sum with one column more. */
export function extended(sum: Formula, another: number, sign: 1 | -1): Formula {
  return { kind: "sum", columns: [...sum.columns, another], signs: [...sum.signs, sign] };
}

/** The sums one step away: a column less, a column more, or another in place of one. */
export function relatives(sum: Formula, columns: readonly number[]): Formula[] {
  const others = columns.filter((j) => !sum.columns.includes(j));
  const shorter = sum.columns.map(
    (_, k): Formula => ({
      kind: "sum",
      columns: sum.columns.filter((_, other) => other !== k),
      signs: sum.signs.filter((_, other) => other !== k),
    }),
  );
  return [sum, ...shorter]
    .flatMap((formula) => [
      formula,
      ...others.flatMap((j) => [extended(formula, j, 1), extended(formula, j, -1)]),
    ])
    .filter((formula) => formula.columns.length > 1 && formulaKey(formula) !== formulaKey(sum));
}

/** All sums, differences, products and ratios of two of the columns. */
export function pairFormulas(columns: readonly number[]): Formula[] {
  return columns.flatMap((a, i) =>
    columns.slice(i + 1).flatMap((b): Formula[] => [
      { kind: "sum", columns: [a, b], signs: [1, 1] },
      { kind: "sum", columns: [a, b], signs: [1, -1] },
      { kind: "product", columns: [a, b], signs: [1, 1] },
      { kind: "ratio", columns: [a, b], signs: [1, 1] },
      { kind: "ratio", columns: [b, a], signs: [1, 1] },
    ]),
  );
}

/** The formula's value in every row; missing where a part is missing or a divisor is 0. */
export function formulaValues({ kind, columns, signs }: Formula, x: Matrix): Float64Array {
  const out = column(x, columns[0]).slice();
  if (signs[0] < 0) for (let i = 0; i < out.length; i++) out[i] = -out[i];
  for (let k = 1; k < columns.length; k++) {
    const other = column(x, columns[k]);
    if (kind === "sum") for (let i = 0; i < out.length; i++) out[i] += signs[k] * other[i];
    else if (kind === "product") for (let i = 0; i < out.length; i++) out[i] *= other[i];
    else for (let i = 0; i < out.length; i++) out[i] = other[i] === 0 ? Number.NaN : out[i] / other[i];
  }
  return out;
}

/** The formula as one would write it down, columns in the order of the table. */
export function formulaName({ kind, columns, signs }: Formula, features: readonly Feature[]): string {
  const names = columns.map((j) => features[j].name);
  if (kind === "product") return names.join(" × ");
  if (kind === "ratio") return names.join(" ÷ ");
  const order = [...columns.keys()].sort((a, b) => signs[b] - signs[a] || columns[a] - columns[b]);
  return order.map((k, place) => `${signs[k] < 0 ? "− " : place > 0 ? "+ " : ""}${names[k]}`).join(" ");
}

/** The same for formulas that differ in order only, or by the sign of the whole. */
export function formulaKey({ kind, columns, signs }: Formula): string {
  if (kind === "ratio") return `ratio ${columns.join(" ")}`;
  const order = [...columns.keys()].sort((a, b) => columns[a] - columns[b]);
  const first = signs[order[0]];
  return `${kind} ${order.map((k) => `${signs[k] === first ? "+" : "-"}${columns[k]}`).join(" ")}`;
}
