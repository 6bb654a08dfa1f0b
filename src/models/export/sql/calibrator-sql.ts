import type { CalibratorJson } from "../../calibrate/calibrator";
import { sigmoidSql } from "./linear-sql";
import { sqlNumber } from "./text";

/** The calibrator over the probability `p`, a name. */
export function calibratorSql(calibrator: CalibratorJson, p: string): string {
  const edge = 2 ** -52;
  const inside = `GREATEST(${sqlNumber(edge)}, LEAST(${sqlNumber(1 - edge)}, ${p}))`;
  if (calibrator.method === "sigmoid") {
    const { slope, intercept } = calibrator;
    const logit = `(LN(${inside}) - LN(1e0 - ${inside}))`;
    return sigmoidSql(`${sqlNumber(slope)} * ${logit} + ${sqlNumber(intercept)}`);
  }
  if (calibrator.method === "beta") {
    const { a, b, intercept } = calibrator;
    return sigmoidSql(
      `${sqlNumber(a)} * LN(${inside}) - ${sqlNumber(b)} * LN(1e0 - ${inside}) + ${sqlNumber(intercept)}`,
    );
  }
  const { at, values } = calibrator;
  const last = at.length - 1;
  const steps = at.slice(1).map((to, k) => {
    const slope = (values[k + 1] - values[k]) / (to - at[k]);
    const value =
      slope === 0
        ? sqlNumber(values[k])
        : `${sqlNumber(values[k])} + ${sqlNumber(slope)} * (${p} - ${sqlNumber(at[k])})`;
    return `WHEN ${p} <= ${sqlNumber(to)} THEN ${value}`;
  });
  return `CASE WHEN ${p} <= ${sqlNumber(at[0])} THEN ${sqlNumber(values[0])} ${steps.join(" ")} ELSE ${sqlNumber(values[last])} END`;
}
