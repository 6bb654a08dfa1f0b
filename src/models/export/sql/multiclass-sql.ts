import { leastChance } from "../../multiclass/class-calibration";
import type { Multiclass } from "../../multiclass/multiclass";
import { calibratorSql } from "./calibrator-sql";
import { modelSql } from "./model-sql";
import { type Define, sqlNumber, sqlSum } from "./text";

/** The probability of each class as an expression over `columns`, in the classes' order. */
export function multiclassSql(model: Multiclass, columns: readonly string[], define: Define): string[] {
  const parts = model.members.map(({ scores, link }) => {
    const own = scores.map((score) => define(modelSql(score, columns, define)));
    if (link === "shares")
      return shared(
        own.map((text) => define(`GREATEST(0e0, ${text})`)),
        define,
      );
    return softmax(own, define);
  });
  const mean = Array.from({ length: model.classes }, (_, k) =>
    define(sqlSum(model.members.map(({ weight }, m) => `${sqlNumber(weight)} * ${parts[m][k]}`))),
  );
  const calibration = model.calibration?.toJSON();
  if (!calibration) return mean;
  if (calibration.method === "one-vs-rest")
    return shared(
      mean.map((p, k) => define(calibratorSql(calibration.calibrators[k], p))),
      define,
    );
  const inverse = sqlNumber(1 / calibration.temperature);
  const logs = mean.map((p) => define(`${inverse} * LN(GREATEST(${sqlNumber(leastChance)}, ${p}))`));
  return softmax(logs, define);
}

function softmax(scores: readonly string[], define: Define): string[] {
  const most = define(`GREATEST(${scores.join(", ")})`);
  // Bounded, because some engines treat an underflow of EXP as an error.
  return shared(
    scores.map((text) => define(`EXP(GREATEST(-7e2, ${text} - ${most}))`)),
    define,
  );
}

/** Shares of the sum; alike where there is none. */
function shared(values: readonly string[], define: Define): string[] {
  const sum = define(sqlSum(values));
  return values.map((value) =>
    define(`CASE WHEN ${sum} > 0 THEN ${value} / ${sum} ELSE ${sqlNumber(1 / values.length)} END`),
  );
}
