import type { LinearPredictor } from "../../linear/linear-predictor";
import { sqlNumber, sqlSum } from "./text";

/** Intercept plus coefficient times column. */
export function linearSql({ coefficients, intercept }: LinearPredictor, columns: readonly string[]): string {
  const terms = columns.flatMap((name, j) =>
    coefficients[j] === 0 ? [] : [`${sqlNumber(coefficients[j])} * ${name}`],
  );
  return sqlSum([sqlNumber(intercept), ...terms]);
}

/** Bounded, because some engines treat an overflow of EXP as an error. */
export function sigmoidSql(logOdds: string): string {
  return `1e0 / (1e0 + EXP(-GREATEST(-7e2, LEAST(7e2, ${logOdds}))))`;
}
