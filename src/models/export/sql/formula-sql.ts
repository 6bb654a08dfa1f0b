import type { Formula } from "../../discovery/discover-formula";

/** NULL where a part is, or where a divisor is 0. */
export function formulaSql({ kind, columns, signs }: Formula, names: readonly string[]): string {
  const parts = columns.map((j) => names[j]);
  if (kind === "product") return parts.join(" * ");
  if (kind === "ratio") return `${parts[0]} / NULLIF(${parts[1]}, 0e0)`;
  return parts.map((name, k) => `${signs[k] < 0 ? "-" : "+"} ${name}`).join(" ");
}
