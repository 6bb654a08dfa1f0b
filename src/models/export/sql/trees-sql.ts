import { inSet, type Trees } from "../../trees/trees";
import { sqlNumber, sqlSum } from "./text";

/** The sum of the leaves that a row reaches, over `columns`, one name or expression a feature. */
export function treesSql(trees: Trees, columns: readonly string[]): string {
  const roots = Array.from(trees.roots.subarray(0, trees.roots.length - 1));
  return sqlSum(roots.map((root) => nodeSql(trees, columns, root)));
}

/** CASE takes ELSE for NULL conditions, so that a missing value goes right unless it is asked for. */
function nodeSql(trees: Trees, columns: readonly string[], node: number): string {
  const feature = trees.feature[node];
  if (feature < 0) return sqlNumber(trees.threshold[node]);
  const left = nodeSql(trees, columns, trees.left[node]);
  const right = nodeSql(trees, columns, trees.left[node] + 1);
  return `CASE WHEN ${conditionSql(trees, columns[feature], feature, node)} THEN ${left} ELSE ${right} END`;
}

function conditionSql(trees: Trees, column: string, feature: number, node: number): string {
  const missingLeft = trees.missingLeft[node] === 1;
  const levels = trees.kept[feature];
  if (!levels) {
    const test = `${column} <= ${sqlNumber(trees.threshold[node])}`;
    return missingLeft ? `${test} OR ${column} IS NULL` : test;
  }
  // Levels without a slot go where missing values go: ask for the side on which they are not.
  const going = levels.filter((_, slot) => inSet(trees.sets, trees.threshold[node], slot) !== missingLeft);
  const test = going.length === 0 ? "FALSE" : `${column} IN (${going.map(sqlNumber).join(", ")})`;
  return missingLeft ? `(${test}) IS NOT TRUE` : test;
}
