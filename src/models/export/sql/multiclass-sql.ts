import type { Multiclass } from "../../multiclass/multiclass";
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
    const most = define(`GREATEST(${own.join(", ")})`);
    // Bounded, because some engines treat an underflow of EXP as an error.
    return shared(
      own.map((text) => define(`EXP(GREATEST(-7e2, ${text} - ${most}))`)),
      define,
    );
  });
  return Array.from({ length: model.classes }, (_, k) =>
    define(sqlSum(model.members.map(({ weight }, m) => `${sqlNumber(weight)} * ${parts[m][k]}`))),
  );
}

/** Shares of the sum; alike where there is none. */
function shared(values: readonly string[], define: Define): string[] {
  const sum = define(sqlSum(values));
  return values.map((value) =>
    define(`CASE WHEN ${sum} > 0 THEN ${value} / ${sum} ELSE ${sqlNumber(1 / values.length)} END`),
  );
}
